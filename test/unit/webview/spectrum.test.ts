import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AnalysisState, SpectrumOptions } from '../../../webview/messages.ts';
import { paperTheme } from '../../../webview/picture/paper.ts';
import type { Shape } from '../../../webview/picture/shapes.ts';
import { toSvg } from '../../../webview/picture/svg.ts';
import {
  isSpectrumNumber,
  spectrumCostText,
  spectrumDraftOf,
  spectrumOptionsOf,
} from '../../../webview/spectrum/options.ts';
import { type SpectrumChartName, spectrumPaper } from '../../../webview/spectrum/paper.ts';
import { spectrumStatus } from '../../../webview/spectrum/status.ts';
import {
  densityDescription,
  densityPoints,
  densityTable,
  eigenvalueDescription,
  eigenvalueLegend,
  eigenvalueScale,
  eigenvalueTable,
  eigenvalueViews,
  lineViews,
  spectrumNumbers,
  tensorTable,
} from '../../../webview/spectrum/view.ts';
import type { SpectrumResult } from '../../../worker/results.ts';
import { partialSpectrum, spectrumOptions, spectrumStates, wholeSpectrum } from '../../fixtures/spectra.ts';

describe('the eigenvalues', () => {
  it('go from the largest down to the smallest, ranked from the top', () => {
    const views = eigenvalueViews(wholeSpectrum);
    assert.deepEqual(
      views.map(({ rank }) => rank),
      ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', 'n−4', 'n−3', 'n−2', 'n−1', 'n'],
    );
    for (const [i, { value }] of views.entries()) assert.ok(i === 0 || value <= views[i - 1]!.value);
  });

  it('are told with both errors, the extreme ones', () => {
    assert.equal(
      eigenvalueDescription(wholeSpectrum),
      '15 eigenvalues, all converged. Largest: 27.8045000 ± 0.0000046 (numerical), and ± 3.5 from sample to sample. ' +
        'Smallest: −0.1086550 ± 0.0000046 (numerical), and ± 0.027 from sample to sample.',
    );
  });

  it('that have not converged are said so in the text, the table and the legend, and only those', () => {
    assert.match(eigenvalueDescription(partialSpectrum), /13 of them not converged.*Smallest: .*, not converged \(num/);
    const { rows } = eigenvalueTable(partialSpectrum);
    assert.deepEqual(
      rows.map(({ cells }) => cells[1]),
      ['yes', 'yes', ...Array<string>(13).fill('no')],
    );
    assert.match(eigenvalueLegend(partialSpectrum, 'log'), /not converged/);
    assert.doesNotMatch(eigenvalueLegend(wholeSpectrum, 'log'), /not converged/);
  });

  it('say which marks lie below zero where sizes are drawn, and not where values are', () => {
    assert.match(eigenvalueLegend(wholeSpectrum, 'log'), /below zero/);
    assert.doesNotMatch(eigenvalueLegend(wholeSpectrum, 'linear'), /below zero/);
    assert.equal(eigenvalueScale(wholeSpectrum), 'log');
  });

  it('can be missing', () => {
    const none = { ...partialSpectrum, largest: [], smallest: [] };
    assert.equal(eigenvalueDescription(none), 'No eigenvalue is known yet.');
    assert.deepEqual(eigenvalueTable(none).rows, []);
  });
});

describe('the density', () => {
  it('is drawn where it counts eigenvalues', () => {
    const points = densityPoints(wholeSpectrum)!;
    const floor = 0.01 / (wholeSpectrum.density!.sigma * Math.sqrt(2 * Math.PI));
    assert.ok(points.some(({ y }) => y === null));
    for (const { y } of points) assert.ok(y === null || y >= floor);
  });
  it('says how many lie below −τ', () => {
    assert.match(densityDescription(wholeSpectrum), /Below −τ = −0.0278: 21.2 ± 1.6 eigenvalues/);
  });
  it('is a table that can be read', () => {
    const { rows, title } = densityTable(wholeSpectrum)!;
    assert.ok(rows.length > 20 && rows.length <= 100, `${rows.length} rows`);
    assert.match(title, /CSV/);
  });
  it('is left out where it was not estimated', () => {
    assert.equal(densityPoints(partialSpectrum), null);
    assert.equal(densityTable(partialSpectrum), null);
  });
});

describe('the loss along eigenvectors', () => {
  it('has both splits, and says where it is lowest', () => {
    const [top, bottom] = lineViews(wholeSpectrum);
    assert.equal(top!.title, 'Along the largest eigenvector, λ = 27.8');
    assert.deepEqual(
      bottom!.splits.map(({ split }) => split),
      ['train', 'test'],
    );
    assert.match(top!.description, /On the train split: 9.52 at the left end, .* lowest 0.00738 at t = 0\./);
    assert.equal(top!.table.rows.length, 31);
  });
  it('leaves a gap where it is not finite', () => {
    const [line] = wholeSpectrum.along!;
    const train = { ...line!.splits.train!, loss: ['NaN' as const, ...line!.splits.train!.loss.slice(1)] };
    const [view] = lineViews({ ...wholeSpectrum, along: [{ ...line!, splits: { train } }] });
    assert.equal(view!.splits[0]!.loss[0], null);
    assert.match(view!.description, /not finite at the left end/);
    assert.deepEqual(view!.table.rows[0]!.cells, ['not finite']);
  });
});

describe('the numbers of a spectrum', () => {
  const values = (result: SpectrumResult): string[] =>
    spectrumNumbers(result).flatMap(({ rows }) => rows.map(({ label, value }) => `${label} ${value}`));
  it('have their uncertainties', () => {
    assert.deepEqual(values(wholeSpectrum).slice(0, 5), [
      'Trace 87.50 ± 0.14',
      'Norm ‖H‖ 35.21670 ± 0.00020',
      'Effective rank 6.173 ± 0.020',
      'Below −τ 21.2 ± 1.6',
      'τ 0.0278',
    ]);
  });
  it('are those that are known', () => {
    assert.deepEqual(values(partialSpectrum).slice(0, 2), ['τ 0.0278', 'Products 84']);
  });
  it('of tensors are a table where they were asked for', () => {
    assert.equal(tensorTable(wholeSpectrum)!.rows.length, 10);
    assert.equal(tensorTable(partialSpectrum), null);
  });
});

describe('status of a spectrum', () => {
  const cases: readonly [
    state: AnalysisState<'spectrum'>,
    headline: string,
    detail: RegExp,
    actions: readonly string[],
  ][] = [
    [spectrumStates.idle, 'Not computed yet.', /products/, ['Compute Spectrum']],
    [spectrumStates.starting, 'Loading model and data…', /^$/, ['Cancel']],
    [
      spectrumStates.computing,
      'Computing…',
      /^eigenvalues: 2 of 15 converged, 84 products, 4\.2 s, 64 MB$/,
      ['Cancel'],
    ],
    [spectrumStates.done, 'Done', /^in 21 s, 844 products$/, ['Compute Again']],
    [spectrumStates.cancelled, 'Cancelled', /^after 84 products, 4\.2 s$/, ['Compute Again']],
    [spectrumStates.failed, 'Failed', /^$/, ['Retry', 'Show Log']],
    [spectrumStates.stopped, 'Stopped', /^after 84 products/, ['Retry', 'Show Log']],
    [{ ...spectrumStates.failed, remedy: 'setUp' }, 'Not Set Up Yet', /^$/, ['Set Up This Project…', 'Retry']],
  ];
  for (const [state, headline, detail, labels] of cases) {
    it(`${state.phase}${state.remedy === undefined ? '' : ', with a remedy'}`, () => {
      const status = spectrumStatus(state);
      assert.equal(status.headline, headline);
      assert.match(status.detail, detail);
      assert.deepEqual(
        status.actions.map(({ label }) => label),
        labels,
      );
      assert.equal(status.message, state.message ?? null);
    });
  }
});

describe('the form for a spectrum', () => {
  it('asks for what it was begun with', () => {
    const whole = (min: number, max: number) => fc.integer({ min, max });
    const options: fc.Arbitrary<SpectrumOptions> = fc.record({
      operator: fc.constantFrom('hessian', 'ggn'),
      largest: whole(1, 250),
      smallest: whole(0, 250),
      along: whole(0, 10),
      density: fc.boolean(),
      byTensor: fc.boolean(),
      split: fc.constantFrom('train', 'test'),
    });
    fc.assert(
      fc.property(options, of => assert.deepEqual(spectrumOptionsOf(spectrumDraftOf(of)), structuredClone(of))),
    );
  });
  const draft = spectrumDraftOf(spectrumOptions);
  const refused: readonly [changed: Partial<typeof draft>, why: RegExp][] = [
    [{ largest: '' }, /largest/],
    [{ largest: '2.5' }, /largest/],
    [{ smallest: '-1' }, /smallest/],
    [{ along: '11' }, /along/],
    [{ largest: '0', smallest: '0' }, /From 1/],
    [{ largest: '400', smallest: '400' }, /together/],
  ];
  for (const [changed, why] of refused) {
    it(`refuses ${JSON.stringify(changed)}`, () =>
      assert.match(String(spectrumOptionsOf({ ...draft, ...changed })), why));
  }
  it('marks the field that is wrong', () => {
    assert.equal(isSpectrumNumber({ ...draft, along: 'x' }, 'along'), false);
    assert.equal(isSpectrumNumber({ ...draft, along: 'x' }, 'largest'), true);
  });
});

describe('charts for print', () => {
  const flat = (shapes: readonly Shape[]): Shape[] =>
    shapes.flatMap(shape => (shape.kind === 'clip' ? flat(shape.shapes) : [shape]));
  const texts = (shapes: readonly Shape[]): string[] =>
    flat(shapes).flatMap(shape => (shape.kind === 'text' ? [shape.text] : []));

  const cases: readonly [which: SpectrumChartName, axes: readonly string[], caption: RegExp][] = [
    ['eigenvalues', ['rank', '|λ|, log'], /15 eigenvalues, all converged/],
    ['density', ['λ', 'eigenvalues a unit of λ, log'], /from 8 random probes of 60 steps/],
    ['lines', ['loss, log', 't, along the largest eigenvector, λ = 27.8'], /● train · ○ test/],
  ];
  for (const [which, axes, caption] of cases) {
    it(`${which}: have axes, marks within the page, and a caption with the verdict`, () => {
      const picture = spectrumPaper(which, wholeSpectrum, 'log')!;
      const found = texts(picture.shapes);
      for (const name of axes) assert.ok(found.includes(name), `${name} among ${found.join(' | ')}`);
      assert.match(found.join(' '), caption);
      assert.match(found.join(' '), /A saddle: most negative/);
      for (const shape of flat(picture.shapes)) {
        if (shape.kind !== 'areas') continue;
        for (const [x, y] of shape.paths.flat()) {
          assert.ok(x >= 0 && x <= picture.width && y >= 0 && y <= picture.height, `a mark at ${x}, ${y}`);
        }
      }
    });
  }

  it('draw a curve through the density, not back and forth', () => {
    const paths = flat(spectrumPaper('density', wholeSpectrum, 'log')!.shapes).flatMap(shape =>
      shape.kind === 'paths' && shape.stroke.width === 1.5 ? shape.paths : [],
    );
    assert.ok(paths.flat().length > 200, `${paths.flat().length} points`);
    for (const path of paths) for (const [i, [x]] of path.entries()) assert.ok(i === 0 || x >= path[i - 1]![0] - 1e-9);
    // The averages of a pixel column would lie above each other.
    const steep = paths.flatMap(path => path.slice(1).filter(([x], i) => x === path[i]![0]));
    assert.equal(steep.length, 0);
  });

  it('mark each eigenvalue that has converged, and cross out the others', () => {
    const marks = (result: SpectrumResult): number =>
      flat(spectrumPaper('eigenvalues', result, 'log')!.shapes).filter(({ kind }) => kind === 'areas').length;
    assert.equal(marks(wholeSpectrum), 15);
    assert.ok(marks(partialSpectrum) < 15);
  });

  it('are nothing where nothing was computed', () => {
    assert.equal(spectrumPaper('density', partialSpectrum, 'log'), null);
    assert.equal(spectrumPaper('lines', partialSpectrum, 'log'), null);
  });

  it('are an SVG whose colours have no alpha', () => {
    const svg = toSvg(spectrumPaper('eigenvalues', wholeSpectrum, 'linear')!, paperTheme, {
      title: 'a',
      description: 'b',
    });
    assert.doesNotMatch(svg, /rgba\(|NaN|undefined/);
    assert.match(svg, /stroke-opacity/);
  });
});

describe('the cost of a spectrum', () => {
  const known = { options: spectrumOptions, products: { least: 60, most: 150 }, seconds: null, memoryBytes: null };
  const cases: readonly [what: string, Parameters<typeof spectrumCostText>, expected: string][] = [
    ['while it is not known', [spectrumOptions, undefined], 'Estimating…'],
    ['of other options', [{ ...spectrumOptions, largest: 7 }, known], 'Estimating…'],
    ['that cannot be computed', ['From 1 to 500.', known], 'From 1 to 500.'],
    [
      'before products were measured',
      [spectrumOptions, known],
      'Cost: about 60 to 150 products of the matrix, time known once the first are computed.',
    ],
    [
      'after that',
      [spectrumOptions, { ...known, seconds: { least: 12, most: 75 }, memoryBytes: 2.4e8 }],
      'Cost: about 60 to 150 products of the matrix, 12 s to 1 min 15 s, 240 MB of memory.',
    ],
    [
      'of every tensor, whose number is not known',
      [spectrumOptions, { ...known, products: null }],
      'Cost: time known once the first are computed.',
    ],
  ];
  for (const [what, [options, estimate], expected] of cases) {
    it(`is said ${what}`, () => assert.equal(spectrumCostText(options, estimate), expected));
  }
});
