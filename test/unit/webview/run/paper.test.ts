import assert from 'node:assert/strict';
import { PAPER_WIDTH, paperTheme } from '../../../../webview/picture/paper.ts';
import type { Picture, Shape } from '../../../../webview/picture/shapes.ts';
import { toSvg } from '../../../../webview/picture/svg.ts';
import { runPaper } from '../../../../webview/run/paper.ts';
import { styledRuns } from '../../../../webview/run/view/runs.ts';
import { runCharts } from '../../../../webview/run/view/series.ts';
import { defaultRunView, type RunView } from '../../../../webview/run/view/settings.ts';
import { type RunStateName, runStates } from '../../../fixtures/runPanels.ts';

const paper = (name: RunStateName, view: Partial<RunView> = {}): Picture | null => {
  const shown = { ...defaultRunView, ...view };
  return runPaper(runCharts(styledRuns(runStates[name]), shown)!, shown);
};

const flat = (shapes: readonly Shape[]): Shape[] =>
  shapes.flatMap(shape => (shape.kind === 'clip' ? flat(shape.shapes) : [shape]));

/** Lines of the measures, by their colours and dashes. */
const lines = (picture: Picture, width: number): string[] => [
  ...new Set(
    flat(picture.shapes).flatMap(shape =>
      shape.kind === 'paths' && shape.stroke.width === width && shape.stroke.color !== 'rgb(0, 0, 0)'
        ? [`${shape.stroke.color} ${shape.stroke.dash?.join() ?? 'whole'}`]
        : [],
    ),
  ),
];

describe('the charts of a run for print', () => {
  it('have a colour a run, and dashes for the second measure', () => {
    const [own, other] = paperTheme.series;
    assert.deepEqual(
      lines(paper('two')!, 1.5).toSorted(),
      [`${other} 5,3`, `${other} whole`, `${own} 5,3`, `${own} whole`].toSorted(),
    );
  });

  it('draw what was smoothed over the faint values', () => {
    const smooth = paper('measured', { smoothing: 0.8 })!;
    assert.equal(lines(smooth, 2).length, 2);
    const faint = flat(smooth.shapes).some(
      shape => shape.kind === 'paths' && shape.stroke.width === 1 && shape.stroke.opacity === 0.35,
    );
    assert.ok(faint);
  });

  it('say in their caption what the marks mean and how it was computed', () => {
    const words = flat(paper('troubled')!.shapes)
      .flatMap(shape => (shape.kind === 'text' ? [shape.text] : []))
      .join(' ');
    assert.match(
      words,
      /Measures against the step\. Bars and bands: uncertainty .* runs\/batch-32: mean cross-entropy/,
    );
    assert.match(words, /Loss: train, test \(dashed\)/);
  });

  it('are an SVG of finite numbers whose colours have no alpha', () => {
    for (const name of ['troubled', 'two', 'long', 'single'] as const) {
      for (const scale of ['linear', 'log'] as const) {
        const picture = paper(name, { scale, axisScale: scale })!;
        assert.ok(picture.width > PAPER_WIDTH && picture.height > 400);
        const svg = toSvg(picture, paperTheme, { title: 'a', description: 'b' });
        assert.doesNotMatch(svg, /rgba\(|NaN|undefined|Infinity/, `${name}, ${scale}`);
        assert.equal(/stroke-dasharray="5 3"/.test(svg), name !== 'single', 'a single checkpoint has no line');
      }
    }
  });

  it('are none where nothing was measured', () => assert.equal(paper('unmeasured'), null));
});
