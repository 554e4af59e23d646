/** The landscapes side by side as they go into a paper: dark on white, with one colour bar and a caption. Pure. */
import { colorBar } from '../picture/axes.ts';
import { tileGeometry, tilePicture } from '../picture/contourPicture.ts';
import { captioned, measureOnPaper, PAPER_WIDTH, paperTheme, shifted } from '../picture/paper.ts';
import type { Picture, Shape } from '../picture/shapes.ts';
import type { ColorMapName } from '../view/colormap.ts';
import { wholePlane } from '../view/contourWindow.ts';
import type { Multiples } from './view/multiples.ts';

/** CSS pixels between two maps, above each for its name, and at the right for the colour bar. */
const GAP = 8;
const TITLE = 16;
const BAR = 66;

/** So many maps beside each other at most. */
const COLUMNS_MAX = 3;

/** @param captions Sentences that say what was computed. Null where nothing was. */
export function comparePaper(
  { all, first }: Multiples,
  map: ColorMapName,
  captions: readonly string[],
): Picture | null {
  if (first === null) return null;
  const columns = Math.min(COLUMNS_MAX, all.length);
  const width = (PAPER_WIDTH - BAR - GAP * (columns - 1)) / columns;
  let top = 0;
  let rowHeight = 0;
  const shapes = all.flatMap(({ name, view, note }, i): Shape[] => {
    const column = i % columns;
    if (column === 0 && i > 0) {
      top += rowHeight;
      rowHeight = 0;
    }
    const left = column * (width + GAP);
    const geometry = tileGeometry(view ?? first, width, width, wholePlane, 10);
    rowHeight = Math.max(rowHeight, TITLE + geometry.height + GAP);
    const style = { theme: paperTheme, map, measure: measureOnPaper };
    const drawn =
      view === null
        ? [text(note, geometry.frame.left, geometry.frame.top + 14)]
        : tilePicture(view, { ...geometry, hairline: 0.6 }, style);
    return [
      text(fitted(name, width - geometry.frame.left), left + geometry.frame.left, top + TITLE - 3),
      ...drawn.map(shape => shifted(shape, left, top + TITLE)),
    ];
  });
  const height = top + rowHeight;
  const bar = colorBar(
    first,
    {
      left: PAPER_WIDTH - BAR + 8,
      right: PAPER_WIDTH,
      top: TITLE + 12,
      height: Math.min(200, height - TITLE - 40),
      quantity: first.quantity,
      measure: measureOnPaper,
      snap: position => Math.round(position * 10) / 10,
      hairline: 0.6,
    },
    paperTheme,
    map,
  );
  return captioned(captions.join(' '), [...shapes, ...bar], height);
}

const text = (words: string, x: number, y: number): Shape => ({
  kind: 'text',
  text: words,
  x,
  y,
  scale: 0.92,
  color: paperTheme.foreground,
  align: 'left',
  baseline: 'bottom',
});

/** What of a name has room: its end tells it from others. */
function fitted(name: string, width: number): string {
  if (measureOnPaper(name, 0.92) <= width) return name;
  let end = name;
  while (end.length > 1 && measureOnPaper(`…${end}`, 0.92) > width) end = end.slice(1);
  return `…${end}`;
}
