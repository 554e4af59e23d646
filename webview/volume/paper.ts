/** The charts of volumes as they go into a paper: dark on white, with a caption that says what they show. */
import type { VolumeResult } from '../../worker/results.ts';
import { chartShapes } from '../charts/chartShapes.ts';
import { plotStyle } from '../charts/plotStyle.ts';
import { captioned, PAPER_WIDTH, paperTheme } from '../picture/paper.ts';
import type { Picture } from '../picture/shapes.ts';
import { volumeCaption } from './caption.ts';
import { figureContents, type VolumeChartName } from './figures.ts';
import { volumeVerdict } from './numbers.ts';

/** In CSS pixels. */
const HEIGHT = 280;

const style = plotStyle({ ...paperTheme, foreground: 'rgb(0, 0, 0)' }, color => color);

/** Null where there is nothing to draw. */
export function volumePaper(which: VolumeChartName, result: VolumeResult): Picture | null {
  const content = figureContents(result, style).get(which);
  if (content === undefined) return null;
  const caption = `${content.description} ${content.legend}. ${volumeVerdict(result)} ${volumeCaption(result)}`;
  return captioned(caption, chartShapes(content.chart, PAPER_WIDTH, HEIGHT), HEIGHT);
}
