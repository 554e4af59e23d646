import assert from 'node:assert/strict';
import fc from 'fast-check';
import { paperTheme } from '../../../webview/picture/paper.ts';
import type { Shape } from '../../../webview/picture/shapes.ts';
import { toSvg } from '../../../webview/picture/svg.ts';
import type { SharpnessChartName } from '../../../webview/sharpness/figures.ts';
import { isChecked, measureGroups, sharpnessVerdict } from '../../../webview/sharpness/measures.ts';
import {
  sharpnessCost,
  sharpnessNames,
  sharpnessProblem,
  sharpnessSummary,
  withMeasure,
} from '../../../webview/sharpness/options.ts';
import { sharpnessPaper } from '../../../webview/sharpness/paper.ts';
import {
  curveView,
  ratioDescription,
  ratioLines,
  ratiosOf,
  ratioTable,
  rescalingText,
} from '../../../webview/sharpness/rescaling.ts';
import { sharpnessStatus } from '../../../webview/sharpness/status.ts';
import { formatInterval } from '../../../webview/view/interval.ts';
import type { MeasureRow } from '../../../webview/view/measures.ts';
import {
  type JsonNumber,
  SHARPNESS_NAMES,
  type SharpnessMeasure,
  type SharpnessResult,
} from '../../../worker/results.ts';
import {
  halfChecked,
  partialSharpness,
  type SharpnessStateName,
  sharpnessOptions,
  sharpnessStates,
  uncheckable,
  wholeSharpness,
} from '../../fixtures/sharpness.ts';

describe('a number with its ends', () => {
  const cases: readonly [value: JsonNumber, lower: JsonNumber | null, upper: JsonNumber | null, text: string][] = [
    [10, 9.8, 10.2, '10.00 ± 0.20'],
    [10, 10, 10, '10.0'],
    [10, null, null, '10.0'],
    [1.23, 1.2, 1.41, '1.23 (1.20 to 1.41)'],
    [1.23, 1.2, 'Infinity', '1.23 (1.20 to ∞)'],
    [0.2525, 0.2525, null, '≥ 0.25250'],
    [1.66673, 1.6, null, '≥ 1.667 ± 0.067'],
    [1.666739, 1.6667389, null, '≥ 1.6667'],
    [0, 0, null, '≥ 0'],
    [3, null, 4, '≤ 3.0 ± 1.0'],
    [1.23456, null, 1.23456, '≤ 1.2346'],
    ['NaN', null, null, 'not a number'],
    ['Infinity', 1, null, '∞'],
  ];
  for (const [value, lower, upper, text] of cases) {
    it(`${value} from ${lower} to ${upper} is ${text}`, () => assert.equal(formatInterval(value, lower, upper), text));
  }
  it('never says that a maximum is at least more than was found', () => {
    const size = fc.double({ min: 1e-3, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(size, value => {
        const said = Number(formatInterval(value, value, null).replace(/[≥ ,]/g, ''));
        assert.ok(said <= value && said > 0.999 * value, `${said} for ${value}`);
      }),
    );
  });
});

const rowsOf = (result: SharpnessResult): MeasureRow[] => measureGroups(result).flatMap(({ rows }) => rows);
const [first] = wholeSharpness.measures;
const only = (changes: Partial<SharpnessMeasure>): MeasureRow =>
  rowsOf({ ...wholeSharpness, measures: [{ ...first!, ...changes }] })[0]!;

describe('the table of measures', () => {
  it('has every measure once, in its group', () => {
    assert.deepEqual(
      rowsOf(wholeSharpness)
        .map(({ label }) => label)
        .sort(),
      [...new Set(rowsOf(wholeSharpness).map(({ label }) => label))].sort(),
    );
    assert.equal(rowsOf(wholeSharpness).length, wholeSharpness.measures.length);
    assert.deepEqual([...sharpnessNames].sort(), [...SHARPNESS_NAMES].sort());
  });

  it('has a meaning and a paper for each', () => {
    for (const { about, label } of rowsOf(wholeSharpness)) {
      assert.match(about.meaning, /\.$/, label);
      assert.match(about.source, /arXiv \d{4}\.\d{5}$/, label);
    }
  });

  it('marks what has not converged, and gives no number where there is none', () => {
    assert.deepEqual(
      rowsOf(partialSharpness).map(({ label, value, isRough }) => [label, value === null, isRough]),
      [
        ["SAM's step (ρ = 0.05)", false, false],
        ['Average case (ρ = 0.1)', false, false],
        ['λmax', false, true],
        ['Relative flatness', true, false],
        ['Fisher–Rao norm', false, false],
      ],
    );
    assert.equal(only({ value: 'NaN', problem: 'No.' }).notes[0], 'No.');
    assert.equal(only({ value: 'Infinity', converged: false }).isRough, true);
  });

  it("says what the quadratic model and the paper's ten iterations give, and what it took", () => {
    const evaluations = { losses: 1, gradients: 17, products: 0 };
    assert.deepEqual(only({ quadratic: 0.5, tenIterations: 0.25, evaluations }).notes, [
      'quadratic model: 0.500',
      'after ten iterations: 0.250',
      '17 gradients, 1 loss',
    ]);
  });

  const at = (alpha: number, value: JsonNumber) => ({ alpha, value, lower: null, upper: null });
  const verdicts: readonly [what: string, measure: Partial<SharpnessMeasure>, text: string, note: string | null][] = [
    [
      'moves up',
      { invariant: false, rescaled: [at(1, 2), at(0.5, 2.1), at(10, 100)] },
      'moves',
      '50.0 times at α = 10',
    ],
    ['moves down', { invariant: false, rescaled: [at(1, 2), at(10, 0.02)] }, 'moves', '0.0100 times at α = 10'],
    ['stays', { invariant: true, rescaled: [at(1, 2), at(10, 2)] }, 'does not move', null],
    ['is lost', { invariant: false, rescaled: [at(1, 2), at(10, 'NaN')] }, 'moves', 'not finite at α = 10'],
    ['is not known yet', { rescaled: [at(1, 2)] }, 'not known yet', null],
    ['was not checked', {}, 'not checked', null],
  ];
  for (const [what, measure, text, note] of verdicts) {
    it(`tells a measure that ${what}`, () => {
      const { rescaled: _, invariant: __, ...bare } = first!;
      const [row] = rowsOf({ ...wholeSharpness, measures: [{ ...bare, ...measure }] });
      assert.deepEqual([row!.rescaling?.text, row!.rescaling?.note], [text, note]);
    });
  }

  it('has no column for a check that was not made', () => {
    assert.deepEqual([wholeSharpness, halfChecked, uncheckable, partialSharpness].map(isChecked), [
      true,
      true,
      false,
      false,
    ]);
  });

  it('is told in a sentence', () => {
    const { measures } = wholeSharpness;
    const moved = measures.filter(({ invariant }) => invariant === false).length;
    const stayed = measures.filter(({ invariant }) => invariant === true).length;
    assert.match(
      sharpnessVerdict(wholeSharpness),
      new RegExp(`^${measures.length} measures, all converged\\. .* moves ${moved} of them; ${stayed} do not move\\.$`),
    );
    assert.equal(
      sharpnessVerdict(partialSharpness),
      '4 measures, 1 of them not converged; 1 more does not apply or could not be computed.',
    );
  });
});

describe('the rescaling check', () => {
  it('divides each value by the one at α = 1, from the smallest α upwards', () => {
    for (const { ratios, label } of ratioLines(wholeSharpness)) {
      assert.equal(ratios.find(({ alpha }) => alpha === 1)?.ratio, 1, label);
      for (const [i, { alpha }] of ratios.entries()) assert.ok(i === 0 || alpha > ratios[i - 1]!.alpha, label);
    }
    const rescaled = [1, 2].map(alpha => ({ alpha, value: alpha - 1, lower: null, upper: null }));
    assert.deepEqual(
      ratiosOf({ ...first!, rescaled }).map(({ ratio }) => ratio),
      [null, null],
    );
  });

  it('names the pair, and by how much the outputs changed', () => {
    assert.match(
      rescalingText(wholeSharpness.rescaling!),
      /^fc1\.weight and fc1\.bias are multiplied by α and fc2\.weight divided by it, with Relu between them \(one of 3 such pairs\)\. .* for α from 0\.1 to 10 no number .* more than 2\.6 × 10⁻⁷ of the largest\.$/,
    );
  });

  it('says which measures move, and has all values as a table', () => {
    assert.match(ratioDescription(wholeSharpness), /Moved by the rescaling: .*λmax.*\. Not moved: Fisher–Rao norm/);
    const { columns, rows } = ratioTable(wholeSharpness);
    assert.deepEqual(columns, ['α = 0.1', 'α = 0.2', 'α = 0.5', 'α = 1', 'α = 2', 'α = 5', 'α = 10']);
    assert.equal(rows.length, wholeSharpness.measures.length);
    const half = ratioTable({ ...halfChecked, measures: halfChecked.measures.slice(0, 1) });
    assert.deepEqual(half.columns, ['α = 0.1', 'α = 0.2', 'α = 0.5', 'α = 1']);
  });

  it('shows that the filter-normalized curve stays where it is', () => {
    const view = curveView(wholeSharpness.rescaling!);
    assert.equal(view.lines.length, 7);
    assert.equal(view.table.rows.length, view.t.length);
    assert.match(view.description, /must not move: nowhere does it by more than \S+ × 10⁻⁷ of itself/);
  });
});

describe('charts of the rescaling check for print', () => {
  const flat = (shapes: readonly Shape[]): Shape[] =>
    shapes.flatMap(shape => (shape.kind === 'clip' ? flat(shape.shapes) : [shape]));
  const cases: readonly [which: SharpnessChartName, axes: readonly string[]][] = [
    ['ratios', ['α, log', 'value at α / value at 1, log']],
    ['curve', ['t, along the direction', 'loss, log']],
  ];
  for (const [which, axes] of cases) {
    it(`${which}: have axes, a caption, and colours without alpha`, () => {
      const picture = sharpnessPaper(which, wholeSharpness)!;
      const found = flat(picture.shapes).flatMap(shape => (shape.kind === 'text' ? [shape.text] : []));
      for (const name of axes) assert.ok(found.includes(name), `${name} among ${found.join(' | ')}`);
      assert.match(found.join(' '), /Computed by onnxruntime/);
      const svg = toSvg(picture, paperTheme, { title: 'a', description: 'b' });
      assert.doesNotMatch(svg, /rgba\(|NaN|undefined/);
    });
  }
  it('are nothing where nothing was checked', () => {
    assert.equal(sharpnessPaper('ratios', uncheckable), null);
    assert.equal(sharpnessPaper('curve', uncheckable), null);
  });
});

describe('status of the sharpness', () => {
  const cases: readonly [SharpnessStateName, headline: string, detail: RegExp, actions: readonly string[]][] = [
    ['idle', 'Not computed yet.', /kept when you cancel/, ['Compute Sharpness']],
    ['starting', 'Loading model and data…', /^$/, ['Cancel']],
    ['computing', 'Computing…', /^Trace, 4\.2 s, about 41 s left, 64 MB$/, ['Cancel']],
    ['checking', 'Computing…', /^rescaling check, /, ['Cancel']],
    ['done', 'Done', /^in /, ['Compute Again']],
    ['cancelled', 'Cancelled', /^after 5 measures, 4\.2 s$/, ['Compute Again']],
    ['failed', 'Failed', /^$/, ['Retry', 'Show Log']],
    ['stopped', 'Stopped', /^after 5 measures/, ['Retry', 'Show Log']],
  ];
  for (const [name, headline, detail, labels] of cases) {
    it(name, () => {
      const status = sharpnessStatus(sharpnessStates[name]);
      assert.equal(status.headline, headline);
      assert.match(status.detail, detail);
      assert.deepEqual(
        status.actions.map(({ label }) => label),
        labels,
      );
    });
  }
  it('knows how far it is', () => {
    const { progress } = sharpnessStatus(sharpnessStates.checking);
    assert.deepEqual(typeof progress === 'object' && progress && [progress.done, progress.total], [44, 77]);
  });
});

describe('the form for sharpness', () => {
  it('takes measures in and leaves them out in the order of the page', () => {
    const names = fc.subarray([...SHARPNESS_NAMES]);
    fc.assert(
      fc.property(names, fc.constantFrom(...SHARPNESS_NAMES), fc.boolean(), (measures, name, isWanted) => {
        const { measures: after } = withMeasure({ ...sharpnessOptions, measures }, name, isWanted);
        assert.deepEqual(
          after,
          sharpnessNames.filter(own => (own === name ? isWanted : measures.includes(own))),
        );
      }),
    );
  });
  it('asks for one measure at least', () => {
    assert.equal(sharpnessProblem(sharpnessOptions), null);
    assert.equal(sharpnessProblem({ ...sharpnessOptions, measures: [] }), 'Choose at least one measure.');
  });
  it('says what is asked for and what it costs, and the check with it', () => {
    assert.match(sharpnessCost(sharpnessOptions), /60 gradients.*seven times as long\.$/);
    assert.equal(
      sharpnessCost({ ...sharpnessOptions, measures: ['sam', 'fisher-rao'], rescaling: false }),
      "SAM's step and Fisher–Rao norm: a few passes over the sample.",
    );
    assert.equal(sharpnessSummary(sharpnessOptions), 'all measures, train split, with the rescaling check');
    assert.equal(sharpnessSummary({ measures: ['trace'], rescaling: false, split: 'test' }), 'Trace, test split');
  });
});
