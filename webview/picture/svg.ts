/** Writes a picture as SVG 1.1: text stays text, lines stay paths, and nothing refers to anything outside the file. Pure. */
import type { Theme } from '../view/theme.ts';
import type { PatternName, Picture, Shape, Stroke, TextShape } from './shapes.ts';

export interface SvgText {
  readonly title: string;
  readonly description: string;
}

/** Millimetres of a CSS pixel: 96 of them are an inch. */
const MILLIMETRES = 25.4 / 96;

/** The document, on the theme's background, at its size in millimetres. */
export function toSvg(
  { width, height, image, shapes }: Picture,
  theme: Theme,
  { title, description }: SvgText,
): string {
  const clips: string[] = [];
  const body = shapes.map(shape => write(shape, theme, clips)).join('\n');
  const pixels = image
    ? `<image x="${number(image.box.left)}" y="${number(image.box.top)}" width="${number(image.box.width)}" height="${number(image.box.height)}" preserveAspectRatio="none" href="${escaped(image.href)}"/>\n`
    : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${number(width * MILLIMETRES)}mm" height="${number(height * MILLIMETRES)}mm" viewBox="0 0 ${number(width)} ${number(height)}" role="img" font-family="${escaped(theme.fontFamily)}">
<title>${escaped(title)}</title>
<desc>${escaped(description)}</desc>
<defs>
${[...patterns(theme), ...clips].join('\n')}
</defs>
<rect width="100%" height="100%" fill="${escaped(theme.background)}"/>
${pixels}${body}
</svg>
`;
}

function write(shape: Shape, theme: Theme, clips: string[]): string {
  switch (shape.kind) {
    case 'boxes': {
      const data = shape.boxes.map(
        ({ left, top, width, height }) =>
          `M${number(left)} ${number(top)}h${number(width)}v${number(height)}h${number(-width)}z`,
      );
      const fill = typeof shape.fill === 'string' ? escaped(shape.fill) : `url(#${idOf(shape.fill.pattern)})`;
      // Neighbours would otherwise show a seam where their common edge is blended twice.
      return `<path fill="${fill}"${opacity('fill-opacity', shape.opacity)} shape-rendering="crispEdges" d="${data.join('')}"/>`;
    }
    case 'paths': {
      const data = shape.paths
        .filter(path => path.length > 1)
        .map(path => `M${path.map(([x, y]) => `${number(x)} ${number(y)}`).join('L')}`);
      const name = shape.name === undefined ? '' : `<title>${escaped(shape.name)}</title>`;
      return `<path fill="none"${stroke(shape.stroke)} stroke-linejoin="round" d="${data.join('')}"${name === '' ? '/>' : `>${name}</path>`}`;
    }
    case 'areas': {
      const data = shape.paths.map(path => `M${path.map(([x, y]) => `${number(x)} ${number(y)}`).join('L')}z`);
      return `<path fill="${escaped(shape.fill)}"${opacity('fill-opacity', shape.opacity)} d="${data.join('')}"/>`;
    }
    case 'ring':
      return `<circle fill="${escaped(shape.fill ?? 'none')}"${opacity('fill-opacity', shape.stroke.opacity)}${stroke(shape.stroke)} cx="${number(shape.x)}" cy="${number(shape.y)}" r="${number(shape.radius)}"/>`;
    case 'text':
      return writeText(shape, theme);
    case 'clip': {
      const id = `basin-clip-${clips.length}`;
      const { left, top, width, height } = shape.box;
      clips.push(
        `<clipPath id="${id}"><rect x="${number(left)}" y="${number(top)}" width="${number(width)}" height="${number(height)}"/></clipPath>`,
      );
      return `<g clip-path="url(#${id})">\n${shape.shapes.map(inner => write(inner, theme, clips)).join('\n')}\n</g>`;
    }
  }
}

const anchors = { left: 'start', center: 'middle', right: 'end' } as const;
/** From the y a baseline is asked for to the alphabetic one, in font sizes: programs differ on `dominant-baseline`. */
const baselines = { top: 0.76, middle: 0.36, bottom: -0.21 } as const;

function writeText(text: TextShape, theme: Theme): string {
  const size = theme.fontSize * text.scale;
  const turn =
    text.angle === undefined
      ? ''
      : ` transform="rotate(${number((text.angle * 180) / Math.PI)} ${number(text.x)} ${number(text.y)})"`;
  const place = `x="${number(text.x)}" y="${number(text.y + baselines[text.baseline] * size)}" font-size="${number(size)}" text-anchor="${anchors[text.align]}"${turn}`;
  const words = escaped(text.text);
  const halo =
    text.halo === undefined
      ? ''
      : `<text ${place} fill="none" stroke="${escaped(text.halo)}" stroke-width="3" stroke-linejoin="round" aria-hidden="true">${words}</text>\n`;
  return `${halo}<text ${place} fill="${escaped(text.color)}">${words}</text>`;
}

const idOf = (name: PatternName): string => `basin-${name}`;

function patterns(theme: Theme): string[] {
  const tile = (name: PatternName, size: number, content: string): string =>
    `<pattern id="${idOf(name)}" width="${size}" height="${size}" patternUnits="userSpaceOnUse">${content}</pattern>`;
  const [foreground, background] = [escaped(theme.foreground), escaped(theme.background)];
  return [
    tile('dots', 6, '<circle cx="2.6" cy="2.6" r="0.45"/><circle cx="3.5" cy="3.5" r="0.45" fill="#fff"/>'),
    tile(
      'hatching',
      5,
      `<rect width="5" height="5" fill="${background}"/><path d="M-1 6L6 -1M-1 1L1 -1M4 6L6 4" stroke="${foreground}" stroke-width="0.8"/>`,
    ),
  ];
}

const stroke = ({ color, width, opacity: share, dash }: Stroke): string => {
  const dashes = dash === undefined ? '' : ` stroke-dasharray="${dash.map(number).join(' ')}"`;
  return ` stroke="${escaped(color)}" stroke-width="${number(width)}"${opacity('stroke-opacity', share)}${dashes}`;
};

const opacity = (name: string, share: number | undefined): string =>
  share === undefined || share === 1 ? '' : ` ${name}="${number(share)}"`;

/** A hundredth of a pixel is finer than any printer. */
const number = (value: number): string => String(Math.round(value * 100) / 100);

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** XML knows no control characters, not even written as entities. */
const escaped = (text: string): string =>
  [...text]
    .filter(character => character >= ' ' || character === '\n' || character === '\t')
    .map(character => entities[character] ?? character)
    .join('');
