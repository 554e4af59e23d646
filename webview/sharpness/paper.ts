/** The charts of the rescaling check as they go into a paper: dark on white, with a caption that says what they show. */
import type { SharpnessResult } from '../../worker/results.ts';
import { chartShapes } from '../charts/chartShapes.ts';
import { plotStyle } from '../charts/plotStyle.ts';
import { captioned, PAPER_WIDTH, paperTheme } from '../picture/paper.ts';
import type { Picture } from '../picture/shapes.ts';
import { sharpnessCaption } from './caption.ts';
import { figureContents, type SharpnessChartName } from './figures.ts';
import { rescalingText } from './rescaling.ts';

/** In CSS pixels. */
const HEIGHT = 300;

const style = plotStyle({ ...paperTheme, foreground: 'rgb(0, 0, 0)' }, color => color);

/** Null where there is nothing to draw. */
export function sharpnessPaper(which: SharpnessChartName, result: SharpnessResult): Picture | null {
  const content = figureContents(result, style).get(which);
  if (content === undefined) return null;
  const how = result.rescaling === null ? '' : ` ${rescalingText(result.rescaling)}`;
  const caption = `${content.description} ${content.legend}.${how} ${sharpnessCaption(result)}`;
  return captioned(caption.replace('..', '.'), chartShapes(content.chart, PAPER_WIDTH, HEIGHT), HEIGHT);
}
