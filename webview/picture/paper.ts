/** A picture as it goes into a paper: dark on white whatever the editor's theme, with a caption that says what it shows. Pure. */
import type { SurfaceResult } from '../../worker/results.ts';
import { caption } from '../view/caption.ts';
import type { ColorMapName } from '../view/colormap.ts';
import type { ContourWindow } from '../view/contourWindow.ts';
import { formatCount, formatNumber } from '../view/format.ts';
import { pathCaption } from '../view/path.ts';
import type { Theme } from '../view/theme.ts';
import { planesOf, type SurfaceView } from '../view/viewModel.ts';
import { colorBar } from './axes.ts';
import { type ContourStyle, contourGeometry, contourPicture } from './contourPicture.ts';
import type { MeasureText, Picture, Shape } from './shapes.ts';

/** Which of the two pictures. */
export type PictureName = 'contour' | 'surface';

/** Ink on white. */
export const paperTheme: Theme = {
  isHighContrast: false,
  background: '#ffffff',
  foreground: '#000000',
  muted: '#000000',
  line: '#000000',
  // Told apart by colour-blind readers too (Okabe and Ito, Color Universal Design, 2008).
  series: [
    'rgb(0, 114, 178)',
    'rgb(213, 94, 0)',
    'rgb(0, 158, 115)',
    'rgb(204, 121, 167)',
    'rgb(86, 180, 233)',
    'rgb(0, 0, 0)',
  ],
  // All of about the same width: a wider one, as some systems have for sans-serif, would run over the captions' edge.
  fontFamily: 'Helvetica, Arial, Liberation Sans, Nimbus Sans, DejaVu Sans Condensed, sans-serif',
  fontSize: 11,
};

/** 127 mm: between a column and a page. */
const WIDTH = 480;
const MARGIN = 12;

/** What is left of it between the margins. */
export const PAPER_WIDTH = WIDTH - 2 * MARGIN;

const CAPTION = { scale: 0.82, lineHeight: 12.5, above: 14 } as const;

/** A surface that was drawn for paper: its pixels, and the labels above them. */
export interface DrawnSurface {
  readonly width: number;
  readonly height: number;
  readonly href: string;
  readonly labels: readonly Shape[];
}

/** How big a surface is drawn for paper; a strip at its right is left for the colour bar. */
export const paperSurface = { width: PAPER_WIDTH - 84, height: 300 } as const;

/** The contour map with its caption. */
export function contourPaper(
  surface: SurfaceResult,
  view: SurfaceView,
  map: ColorMapName,
  window: ContourWindow,
): Picture {
  const width = PAPER_WIDTH;
  // Cells meet on whole tenths of a pixel, so that no seams show.
  const geometry = contourGeometry(view, width, width, window, 10);
  const style: ContourStyle = { theme: paperTheme, map, measure: measureOnPaper, names: namesOf(surface, view) };
  const shapes = contourPicture(view, { ...geometry, hairline: 0.6 }, style);
  return captioned(captionText('contour', surface, view), shapes, geometry.height);
}

/** The surface in three dimensions with colour bar and caption. */
export function surfacePaper(
  surface: SurfaceResult,
  view: SurfaceView,
  map: ColorMapName,
  drawn: DrawnSurface,
): Picture {
  const bar = colorBar(
    view,
    {
      left: drawn.width + 10,
      right: PAPER_WIDTH,
      top: 60,
      height: drawn.height - 110,
      quantity: namesOf(surface, view).quantity,
      measure: measureOnPaper,
      snap: position => Math.round(position * 10) / 10,
      hairline: 0.6,
    },
    paperTheme,
    map,
  );
  const picture = captioned(captionText('surface', surface, view), [...drawn.labels, ...bar], drawn.height);
  const box = { left: MARGIN, top: MARGIN, width: drawn.width, height: drawn.height };
  return { ...picture, image: { href: drawn.href, box } };
}

/** Widths of Helvetica's letters, in font sizes: near enough to place labels and break lines without a browser. */
export const measureOnPaper: MeasureText = (text, scale) => {
  let size = 0;
  for (const character of text) {
    if (/[.,:;'|!ijl\u2009 ]/.test(character)) size += 0.28;
    else if (/[A-Z%@−×±‖θ]/.test(character)) size += 0.68;
    else if (/[mwMW]/.test(character)) size += 0.8;
    else size += 0.55;
  }
  return size * scale * paperTheme.fontSize;
};

/** Shapes of `PAPER_WIDTH` × `height` CSS pixels with margins around them and a caption below. */
export function captioned(caption: string, shapes: readonly Shape[], height: number): Picture {
  const lines = wrapped(caption, PAPER_WIDTH);
  const top = height + CAPTION.above;
  const text = lines.map(
    (line, i): Shape => ({
      kind: 'text',
      text: line,
      x: 0,
      y: top + i * CAPTION.lineHeight,
      scale: CAPTION.scale,
      color: paperTheme.foreground,
      align: 'left',
      baseline: 'top',
    }),
  );
  const total = top + lines.length * CAPTION.lineHeight;
  return {
    width: WIDTH,
    height: total + 2 * MARGIN,
    shapes: [...shapes, ...text].map(shape => shifted(shape, MARGIN, MARGIN)),
  };
}

function captionText(which: PictureName, surface: SurfaceResult, view: SurfaceView): string {
  const { what, how } = caption(surface, view.metric);
  const [failedCells, mark] = which === 'contour' ? ['Hatched', 'cross'] : ['Hatched on the floor', 'needle'];
  const { computed, failed } = view.summary;
  const grid = `${formatCount(view.x.length)} × ${formatCount(view.y.length)} cells`;
  const state = surface.complete
    ? `Grid of ${grid}.`
    : `Grid of ${grid}, of which ${formatCount(computed)} are computed${which === 'contour' ? ' (dotted: not computed yet)' : ''}.`;
  const hatched =
    failed > 0
      ? ` ${failedCells}: ${formatCount(failed)} ${failed === 1 ? 'cell that is' : 'cells that are'} not finite.`
      : '';
  const marks = view.path === null ? '' : ` ${pathCaption(view.path)}`;
  const shown =
    view.plane === 'mean'
      ? `Mean over ${planesOf(surface).length} random planes. `
      : view.plane === 'deviation'
        ? `Sample standard deviation over ${planesOf(surface).length} random planes. `
        : view.plane > 0
          ? `Plane ${view.plane + 1} of ${planesOf(surface).length}. `
          : '';
  return `${shown}${what} ${state}${hatched} The ${mark} marks the checkpoint.${marks} ${how}`;
}

/** Units: a step along an axis is one direction long, given relative to the parameters; cross-entropies are in nats. */
function namesOf(surface: SurfaceResult, view: SurfaceView): NonNullable<ContourStyle['names']> {
  const norms = typeof view.plane === 'number' ? planesOf(surface)[view.plane]?.plane.norms : undefined;
  const unit = (norm: number | undefined): string =>
    norm === undefined || !norms || !(norms.parameters > 0)
      ? ''
      : ` (1 unit = ${formatNumber(norm / norms.parameters)} ‖θ‖)`;
  const isInNats = view.metric === 'loss' && /^(cross-entropy|bce)/.test(surface.provenance.loss);
  return {
    x: `${view.axes.x.long}${unit(norms?.x)}`,
    y: `${view.axes.y.long}${unit(norms?.y)}`,
    quantity: isInNats ? `${view.quantity} (nat)` : view.quantity,
  };
}

/** Lines that fit into a width; a word that does not is a line of its own. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && measureOnPaper(longer, CAPTION.scale) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}

/** A shape moved by so many CSS pixels. */
export function shifted(shape: Shape, dx: number, dy: number): Shape {
  const box = <B extends { left: number; top: number }>(of: B): B => ({ ...of, left: of.left + dx, top: of.top + dy });
  switch (shape.kind) {
    case 'boxes':
      return { ...shape, boxes: shape.boxes.map(box) };
    case 'areas':
    case 'paths':
      return { ...shape, paths: shape.paths.map(path => path.map(([x, y]) => [x + dx, y + dy] as const)) };
    case 'clip':
      return { ...shape, box: box(shape.box), shapes: shape.shapes.map(inner => shifted(inner, dx, dy)) };
    case 'ring':
    case 'text':
      return { ...shape, x: shape.x + dx, y: shape.y + dy };
  }
}
