import assert from 'node:assert/strict';
import fc from 'fast-check';
import { landscapesCaption } from '../../../../webview/compare/view/caption.ts';
import { eigenvaluesTable, eigenvaluesView } from '../../../../webview/compare/view/eigenvalues.ts';
import { columnsFor } from '../../../../webview/compare/view/layout.ts';
import { directionsText, multiples, readingsOf } from '../../../../webview/compare/view/multiples.ts';
import { draftOf, optionsOf, problemOf } from '../../../../webview/compare/view/options.ts';
import { pairOf, partnersOf } from '../../../../webview/compare/view/pairs.ts';
import {
  baselineOf,
  defaultCompareView,
  fromCompareViewState,
  toCompareViewState,
} from '../../../../webview/compare/view/settings.ts';
import { compareStatus } from '../../../../webview/compare/view/status.ts';
import { differenceText, lacksVolumes, measureRows } from '../../../../webview/compare/view/table.ts';
import { defaultSettings } from '../../../../webview/view/settings.ts';
import { type CompareStateName, compareStates, comparisonOf, twoCompared } from '../../../fixtures/comparePanels.ts';

describe('where a comparison stands', () => {
  const check = (name: CompareStateName, headline: string, detail: string, ...actions: readonly string[]): void => {
    it(`${name}: ${headline}`, () => {
      const status = compareStatus(compareStates[name]);
      assert.deepEqual([status.headline, status.detail], [headline, detail]);
      assert.deepEqual(
        status.actions.map(({ label }) => label),
        actions,
      );
    });
  };
  check('idle', 'Not Computed', '', 'Compute');
  check('computing', 'Computing…', 'landscape 3 of 6, epoch_008.pt, 338 of 676 cells, about 4 s left', 'Cancel');
  check('measuring', 'Computing…', 'λmax of batch-1024/epoch_480.pt, 1 of 2 checkpoints, about 9 s left', 'Cancel');
  check('two', 'Done', '');
  check('mixed', 'Done in Part', '3 of 4 parts computed; what failed says why in its place', 'Retry', 'Show Log');
  check('cancelled', 'Cancelled', '1 of 3 parts computed', 'Resume');
  check('failed', 'Failed', '0 of 3 parts computed; what failed says why in its place', 'Retry', 'Show Log');

  it('is stopped once its extension is no more, and offers nothing then', () => {
    const { headline, actions } = compareStatus({ ...compareStates.computing, isAlone: true });
    assert.deepEqual([headline, actions.length], ['Stopped', 0]);
  });
});

describe('the landscapes side by side', () => {
  it('share one scale, from the lowest to the highest value of all', () => {
    const { all } = multiples(compareStates.six, defaultSettings);
    const scales = all.map(({ view }) => view?.scale);
    for (const scale of scales) assert.deepEqual(scale, scales[0]);
    const losses = compareStates.six.surfaces.flatMap(({ result }) => result?.loss.flat() ?? []);
    assert.equal(scales[0]?.high, Math.max(...losses.map(Number)));
  });

  it('show the accuracy where all of them have one', () => {
    const [first, second] = compareStates.two.surfaces;
    const without = { ...second, result: { ...second!.result!, accuracy: null } };
    const metricOf = (state: Parameters<typeof multiples>[0]) =>
      multiples(state, { ...defaultSettings, metric: 'accuracy' }).all.map(({ view }) => view?.metric);
    assert.deepEqual(metricOf(compareStates.two), ['accuracy', 'accuracy']);
    assert.deepEqual(metricOf({ ...compareStates.two, surfaces: [first!, { ...without, phase: 'done' }] }), [
      'loss',
      'loss',
    ]);
  });

  it('are read at one place, each with its own value', () => {
    const shown = multiples(compareStates.two, defaultSettings);
    const labels = readingsOf(shown, { row: 3, column: 4 }).map(({ label }) => label);
    assert.deepEqual(labels, ['x', 'y', 'batch-32/epoch_024.pt', 'batch-1024/epoch_480.pt']);
    const [, , a, b] = readingsOf(shown, { row: 3, column: 4 });
    const [one, two] = compareStates.two.surfaces.map(({ result }) => Number(result!.loss[3]![4]));
    assert.ok(a!.value.startsWith(one!.toPrecision(6)), a!.value);
    assert.ok(b!.value.startsWith(two!.toPrecision(6)), b!.value);
  });

  it('say along which directions they are drawn', () => {
    const of = (scaledTo: 'own' | number) =>
      directionsText({ ...compareStates.two, options: { ...compareStates.two.options, scaledTo } });
    assert.match(of('own'), /each scaled to the filters of its own checkpoint/);
    assert.match(of(1), /all scaled to the filters of batch-1024\/epoch_480\.pt, so that the tensors are identical/);
    assert.doesNotMatch(of('own'), /architectures/);
    assert.match(directionsText(compareStates.mixed), /different architectures share the seed alone/);
  });

  it('name what was computed alike in one sentence', () => {
    assert.deepEqual(
      landscapesCaption(compareStates.six).map(text => text.split(':')[0]),
      ['Landscapes of epoch_000.pt, epoch_004.pt, epoch_008.pt, epoch_012.pt, epoch_018.pt and epoch_024.pt'],
    );
  });

  it('fill rows of the same number, and never more columns than fit', () => {
    const check = (count: number, width: number, columns: number): void =>
      assert.equal(columnsFor(count, width), columns, `${count} in ${width}`);
    check(2, 1200, 2);
    check(6, 1140, 6);
    check(6, 1000, 3);
    check(12, 1140, 6);
    check(3, 150, 1);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 100, max: 2000 }), (count, width) => {
        const columns = columnsFor(count, width);
        return columns >= 1 && columns <= Math.max(1, Math.floor(width / 190)) && columns <= count;
      }),
    );
  });
});

describe('the measures side by side', () => {
  const rowOf = (baseline: number, title: string, of = twoCompared) =>
    measureRows(of, baseline).find(row => row.title === title)!.cells;

  it('hold others against the pinned one, in words', () => {
    const [pinned, other] = rowOf(0, 'λmax');
    assert.equal(pinned!.difference, null);
    assert.match(differenceText(other!.difference!), /^\+27\.\d ± 1\.3, higher$/);
    assert.match(differenceText(rowOf(1, 'λmax')[0]!.difference!), /^−27\.\d ± 1\.3, lower$/);
    assert.match(differenceText(rowOf(0, 'Loss, test')[1]!.difference!), /^\+0\.080 ± 0\.017, higher, paired$/);
    assert.match(differenceText(rowOf(0, 'Accuracy, test')[1]!.difference!), /^−6\.3 ± 1\.6 pp, lower$/);
    assert.match(differenceText(rowOf(0, 'Keskar φ, ε = 10⁻³')[1]!.difference!), /, not known$/);
  });

  it('of one checkpoint twice show no difference', () => {
    const [own] = twoCompared.checkpoints;
    for (const { cells } of measureRows(comparisonOf([own!, own!]), 0)) {
      const { verdict, value } = cells[1]!.difference!;
      assert.ok(verdict === 'none' || verdict === 'unknown', verdict);
      assert.match(value, /^0( pp)?$/);
    }
  });

  it('say of volumes that are lower bounds that they are, and that no difference is known', () => {
    const [pinned, other] = rowOf(0, 'ln volume', compareStates.volumes.measures.result!);
    assert.deepEqual([pinned!.text, other!.text], ['≥ −8,000 ± 80', '≥ −12,100 ± 80']);
    assert.equal(differenceText(other!.difference!), '−4,100, not known');
    assert.deepEqual(
      [lacksVolumes(compareStates.volumes.measures), lacksVolumes(compareStates.two.measures)],
      [false, true],
    );
    assert.equal(lacksVolumes(compareStates.measuring.measures), false);
  });

  it('say where there is none', () => {
    const partly = compareStates.mixed.measures.result!;
    assert.equal(rowOf(0, 'Trace', partly)[2]!.text, 'not measured');
    assert.equal(rowOf(2, 'Trace', partly)[0]!.difference, null);
  });

  it('hold eigenvalues against each other rank by rank', () => {
    const view = eigenvaluesView(compareStates.mixed.measures.result!)!;
    assert.deepEqual(view.ranks, ['1', '2', '3', '4', '5', '−1']);
    const { rows } = eigenvaluesTable(view, ['a', 'b', 'c']);
    assert.match(rows[0]!.cells[2]!, /, not converged$/);
    assert.deepEqual(rows[5]!.cells[2], 'not computed');
    const bare = { largest: [], smallest: [] };
    assert.equal(eigenvaluesView(comparisonOf(twoCompared.checkpoints.map(own => ({ ...own, ...bare })))), null);
  });
});

describe('what is chosen of a comparison', () => {
  it('is kept, and whatever is none is the default', () => {
    const view = { ...defaultCompareView, eigenvalueScale: 'log', baseline: 3 } as const;
    assert.deepEqual(fromCompareViewState(JSON.parse(JSON.stringify(toCompareViewState(view)))), view);
    for (const kept of [undefined, null, 5, { baseline: -1, eigenvalueScale: 'x' }]) {
      assert.deepEqual(fromCompareViewState(kept), defaultCompareView);
    }
    assert.equal(baselineOf(view, 1, 3), 1, 'there is no fourth');
    assert.equal(baselineOf(view, 1, 4), 3);
  });

  it('is computed with as it was typed', () => {
    const { options } = compareStates.mixed;
    assert.deepEqual(optionsOf(draftOf(options), 0), options);
    const draft = draftOf(options);
    assert.equal(problemOf(draft), null);
    for (const [field, text] of [
      ['grid', ''],
      ['grid', '2.5'],
      ['grid', '1'],
      ['range', '0'],
      ['range', 'far'],
      ['seed', '-1'],
    ] as const) {
      assert.equal(problemOf({ ...draft, [field]: text })?.field, field, `${field} ${text}`);
    }
  });

  it('is joined by a line where both are of one architecture', () => {
    assert.deepEqual(partnersOf([[0, 2], [1]], 3), [[2], [], [0]]);
    assert.deepEqual(partnersOf(undefined, 2), [[1], [0]]);
    assert.deepEqual(pairOf({}, [[1, 2], [0]], 3), { from: 1, to: 2 });
    assert.deepEqual(pairOf({ from: 2, to: 0 }, [[1, 2], [0]], 3), { from: 2, to: 1 });
    assert.equal(pairOf({}, [[0], [1]], 2), null);
  });
});
