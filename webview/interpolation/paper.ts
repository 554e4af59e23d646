/** The line between two checkpoints as it goes into a paper: dark on white, with a caption that says what it shows. */
import type { InterpolateResult } from '../../worker/results.ts';
import { chartShapes } from '../charts/chartShapes.ts';
import { plotStyle } from '../charts/plotStyle.ts';
import { captioned, PAPER_WIDTH, paperTheme, shifted } from '../picture/paper.ts';
import type { Picture, Shape } from '../picture/shapes.ts';
import type { ScaleKind } from '../view/scale.ts';
import { figureContents } from './figures.ts';
import { type EndNames, lineCaption, lineSentences } from './view.ts';

/** One chart's height in CSS pixels. */
const HEIGHT = 240;

const style = plotStyle(
  { ...paperTheme, foreground: 'rgb(0, 0, 0)', background: 'rgb(255, 255, 255)' },
  color => color,
);

/** Loss above accuracy; null where nothing is known. */
export function interpolationPaper(result: InterpolateResult, names: EndNames, scale: ScaleKind): Picture | null {
  const contents = [...figureContents(result, names, scale, style).values()];
  const [first] = contents;
  if (first === undefined) return null;
  const shapes = contents.map(({ chart }, i): Shape => {
    const box = { left: 0, top: i * HEIGHT, width: PAPER_WIDTH, height: HEIGHT };
    return {
      kind: 'clip',
      box,
      shapes: chartShapes(chart, box.width, box.height).map(shape => shifted(shape, 0, box.top)),
    };
  });
  const caption = [`${first.legend}.`, ...lineSentences(result), lineCaption(result, names)].join(' ');
  return captioned(caption, shapes, contents.length * HEIGHT);
}
