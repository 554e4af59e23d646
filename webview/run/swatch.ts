/** A piece of a run's line with its mark, as it stands in legends. */
import { colorOf, markOf, markOutline, SECOND_DASH } from './marks.ts';

const SVG = 'http://www.w3.org/2000/svg';
const SIZE = { width: 26, height: 12 } as const;

/** Decoration: the text beside it says what it stands for. */
export function swatch(style: number, colors: readonly string[], isSecond: boolean): SVGSVGElement {
  const color = colorOf(style, colors);
  const middle = SIZE.height / 2;
  const center = SIZE.width / 2;
  const drawing = svg('svg', {
    class: 'swatch',
    width: SIZE.width,
    height: SIZE.height,
    viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
    'aria-hidden': 'true',
  });
  drawing.append(
    svg('path', {
      d: `M0 ${middle}H${SIZE.width}`,
      stroke: color,
      'stroke-width': 1.5,
      ...(isSecond && { 'stroke-dasharray': SECOND_DASH.join(' ') }),
    }),
    svg('polygon', {
      points: markOutline(markOf(style), center, middle, isSecond ? 2.5 : 3.5)
        .map(String)
        .join(' '),
      fill: color,
    }),
  );
  return drawing as SVGSVGElement;
}

function svg(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const created = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, String(value));
  return created;
}
