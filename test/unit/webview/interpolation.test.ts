import assert from 'node:assert/strict';
import { interpolationPaper } from '../../../webview/interpolation/paper.ts';
import {
  type EndNames,
  lineCaption,
  lineLegend,
  lineSentences,
  lineView,
  lossScales,
} from '../../../webview/interpolation/view.ts';
import { paperTheme } from '../../../webview/picture/paper.ts';
import type { Picture, Shape } from '../../../webview/picture/shapes.ts';
import { toSvg } from '../../../webview/picture/svg.ts';
import type { Barrier, InterpolateResult } from '../../../worker/results.ts';
import {
  brokenInterpolation,
  partialInterpolation,
  plainInterpolation,
  wholeInterpolation,
} from '../../fixtures/interpolations.ts';

const names: EndNames = ['batch-32', 'batch-1024'];
const lossOf = (result: InterpolateResult) => lineView(result, 'loss', names, 'log')!;

/** The one curve of a plain line, with another barrier. */
const withBarrier = (barrier: Barrier): InterpolateResult => ({
  ...plainInterpolation,
  curves: plainInterpolation.curves.map(curve => ({ ...curve, barrier })),
});

describe('the sentences about a line', () => {
  it('give each barrier with its error and place, what the statistics make of it, and what would change it', () => {
    assert.deepEqual(lineSentences(wholeInterpolation), [
      'Train, statistics interpolated: a barrier of 0.0193 ± 0.0041 at t = 0.375.',
      'Train, statistics recomputed: a barrier of 0.0162 ± 0.0038 at t = 0.375.',
      'Test, statistics interpolated: a barrier of 0.047 ± 0.011 at t = 0.375.',
      'Test, statistics recomputed: a barrier of 0.041 ± 0.010 at t = 0.375.',
      'On the train split recomputed statistics lower the barrier from 0.0193 to 0.0162: that much of it comes from interpolated statistics that do not fit the parameters between.',
      'On the test split recomputed statistics lower the barrier from 0.0473 to 0.0411: that much of it comes from interpolated statistics that do not fit the parameters between.',
      'A barrier is the largest rise among 15 points between the ends, so that more points can only raise it; its standard error is that of the sample, example by example, and narrows with more examples.',
    ]);
  });

  it('count one point as one', () => {
    const { t, curves } = plainInterpolation;
    const middle = t.findIndex(own => own > 0 && own < 1);
    const kept = t.flatMap((own, index) => (own <= 0 || own >= 1 || index === middle ? [own] : []));
    const last = lineSentences({ ...plainInterpolation, t: kept, curves }).at(-1);
    assert.match(
      last!,
      /^A barrier is the rise at the one point between the ends, so that more points can only raise it/,
    );
  });

  it('wait until all points between the ends are there', () => {
    assert.deepEqual(lineSentences(partialInterpolation), []);
  });

  const cases: readonly [what: string, barrier: Barrier, sentence: RegExp][] = [
    [
      'a barrier without an error',
      { value: 0.5, standardError: null, t: 0.5 },
      /^Train: a barrier of 0\.500 at t = 0\.5\.$/,
    ],
    [
      'one that may be chance',
      { value: 0.03, standardError: 0.02, t: 0.25 },
      /^Train: no barrier beyond chance; the loss rises above the straight line by 0\.030 ± 0\.020 at most, at t = 0\.25\.$/,
    ],
    [
      'none',
      { value: 0, standardError: 0.001, t: 0.0625 },
      /^Train: no barrier; .* comes closest at t = 0\.0625 \(0\.0021 ± 0\.0010\)\.$/,
    ],
    [
      'an infinite one',
      { value: 'Infinity', standardError: null, t: 0.5 },
      /^Train: the loss is infinite at t = 0\.5, so that the barrier has no size\.$/,
    ],
    [
      'one that is no number',
      { value: 'NaN', standardError: null, t: 0 },
      /^Train: the loss is not a number, or an end has none at t = 0, so that/,
    ],
  ];
  for (const [what, barrier, sentence] of cases) {
    it(`tell ${what}`, () => assert.match(lineSentences(withBarrier(barrier))[0]!, sentence));
  }
});

describe('a line between checkpoints as a chart shows it', () => {
  it('tells curves apart by form and filling', () => {
    assert.equal(
      lineLegend(lossOf(wholeInterpolation)),
      '● train, statistics interpolated · ■ train, statistics recomputed · ○ test, statistics interpolated · □ test, statistics recomputed · bands: ± one standard error over the sample',
    );
    assert.equal(lineLegend(lossOf(plainInterpolation)), '● train');
    assert.match(lineLegend(lossOf(brokenInterpolation)), /✕ not finite$/);
  });

  it('says what is at both ends and between them', () => {
    assert.match(
      lossOf(wholeInterpolation).description,
      /^Loss on the straight line from batch-32 \(t = 0\) to batch-1024 \(t = 1\), and beyond both\. train, statistics interpolated: 0\.00616 at batch-32, 0\.000229 at batch-1024, between them highest 0\.0233 at t = 0\.375\. /,
    );
    assert.match(
      lineView(wholeInterpolation, 'accuracy', names, 'log')!.description,
      /100% at batch-32, 100% at batch-1024, between them lowest 99\.32% at t = 0\.313/,
    );
    assert.match(lossOf(partialInterpolation).description, /0\.00616 at batch-32/);
  });

  it('has a row a position, the ends with their names, and what is missing in words', () => {
    const { table } = lossOf(wholeInterpolation);
    assert.deepEqual([table.corner, table.columns.length, table.rows.length], ['t', 8, 25]);
    assert.equal(table.rows[4]!.heading, '0, batch-32');
    assert.deepEqual(table.rows[4]!.cells.slice(0, 2), ['0.00616 ± 0.00057', '0']);
    assert.equal(table.rows[20]!.heading, '1, batch-1024');
    assert.equal(lossOf(partialInterpolation).table.rows[1]!.cells[0], 'not computed');
    assert.equal(lossOf(brokenInterpolation).table.rows[12]!.cells[0], '∞');
    assert.equal(lossOf(brokenInterpolation).table.rows[0]!.cells[0], 'not a number');
    const accuracy = lineView(wholeInterpolation, 'accuracy', names, 'log')!.table;
    assert.match(accuracy.rows[10]!.cells[0]!, /^99\.32% ± 0\.26%$/);
  });

  it('has no accuracy where the loss has no classes, and a log scale only where all losses are above 0', () => {
    assert.equal(lineView(plainInterpolation, 'accuracy', names, 'log'), null);
    assert.deepEqual(lossScales(wholeInterpolation), { preferred: 'log', hasLog: true });
    const negative = plainInterpolation.curves.map(curve => ({
      ...curve,
      loss: curve.loss.map(own => Number(own) - 1),
    }));
    assert.deepEqual(lossScales({ ...plainInterpolation, curves: negative }), { preferred: 'linear', hasLog: false });
  });

  it('says on what and with which statistics it was computed', () => {
    assert.match(
      lineCaption(wholeInterpolation, names),
      /^Mean cross-entropy in model\.onnx at θA \+ t·\(θB − θA\), A batch-32 and B batch-1024, 25 points: train split of train\.npz#x, rows 0 to 1,023; test split of test\.npz#x, .*; BatchNorm statistics interpolated as the parameters are, and recomputed at every point/,
    );
    assert.match(lineCaption(plainInterpolation, names), /; no BatchNorm\. ‖θB − θA‖ = 8\.01, /);
  });
});

const flat = (shapes: readonly Shape[]): Shape[] =>
  shapes.flatMap(shape => (shape.kind === 'clip' ? flat(shape.shapes) : [shape]));

const textsOf = (picture: Picture): string[] =>
  flat(picture.shapes).flatMap(shape => (shape.kind === 'text' ? [shape.text] : []));

describe('a line between checkpoints for print', () => {
  it('has a colour for each kind of statistics, and dashes for the test split', () => {
    const picture = interpolationPaper(wholeInterpolation, names, 'log')!;
    const lines = flat(picture.shapes).flatMap(shape =>
      shape.kind === 'paths' && shape.stroke.width === 1.5
        ? [`${shape.stroke.color} ${shape.stroke.dash?.join() ?? 'whole'}`]
        : [],
    );
    const [first, second] = ['rgb(0, 0, 0)', paperTheme.series[3]];
    assert.deepEqual(
      [...new Set(lines)].toSorted(),
      [`${first} 6,4`, `${first} whole`, `${second} 6,4`, `${second} whole`].toSorted(),
    );
  });

  it('names both ends above each chart, also long ones, and says below what it shows', () => {
    const long: EndNames = [`${'deep/'.repeat(30)}a.pt`, 'b.pt'];
    const texts = textsOf(interpolationPaper(wholeInterpolation, long, 'log')!);
    assert.equal(texts.filter(text => /^….*deep\/a\.pt$/.test(text)).length, 2);
    assert.equal(texts.filter(text => text === 'b.pt').length, 2);
    assert.match(texts.join(' '), /● train, statistics interpolated .* a barrier of 0\.0193 ± 0\.0041/);
  });

  for (const [what, result] of [
    ['whole', wholeInterpolation],
    ['interrupted', partialInterpolation],
    ['plain', plainInterpolation],
    ['broken', brokenInterpolation],
  ] as const) {
    it(`is an SVG file without anything that is no number: ${what}`, () => {
      const picture = interpolationPaper(result, names, 'log')!;
      const svg = toSvg(picture, paperTheme, { title: 'Line', description: 'A line.' });
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    });
  }

  it('is nothing where nothing is known', () => {
    const nothing = partialInterpolation.curves.map(curve => ({
      ...curve,
      loss: curve.loss.map(() => null),
      accuracy: null,
    }));
    assert.equal(interpolationPaper({ ...partialInterpolation, curves: nothing }, names, 'log'), null);
  });
});
