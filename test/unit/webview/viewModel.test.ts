import assert from 'node:assert/strict';
import { cellText, defaultSettings, type Settings, surfaceView } from '../../../webview/viewModel.ts';
import type { Cell, SurfaceResult } from '../../../worker/results.ts';
import { between, surface, withLoss } from '../../fixtures/panelStates.ts';

/** A surface with the given losses on −1 … 1, and the given loss at its origin. */
function made(loss: readonly (readonly Cell[])[], atOrigin: SurfaceResult['origin']['loss'] = 1): SurfaceResult {
  const positions = (count: number): number[] =>
    count === 1 ? [0] : Array.from({ length: count }, (_, i) => -1 + (2 * i) / (count - 1));
  return {
    ...surface(),
    x: positions(loss[0]?.length ?? 0),
    y: positions(loss.length),
    loss,
    accuracy: null,
    standardError: null,
    origin: { loss: atOrigin, accuracy: null, standardError: null },
  };
}

describe('surfaceView', () => {
  interface Expected {
    readonly kind: string | null;
    readonly ends?: readonly [number, number];
    readonly canBeLog?: boolean;
    readonly failed?: number;
    readonly hasLines?: boolean;
  }
  const check = (name: string, of: SurfaceResult, settings: Settings, expected: Expected): void => {
    it(name, () => {
      const { scale, canBeLog, summary, lines } = surfaceView(of, settings);
      assert.deepEqual(
        {
          kind: scale?.kind ?? null,
          ends: scale && [scale.low, scale.high],
          canBeLog,
          failed: summary.failed,
          hasLines: lines.length > 0,
        },
        { ends: null, canBeLog: false, failed: 0, hasLines: false, ...expected },
      );
    });
  };
  const auto = defaultSettings;
  const linear: Settings = { metric: 'loss', scale: 'linear' };
  const log: Settings = { metric: 'loss', scale: 'log' };

  check('takes a log scale for a real surface', surface(), auto, {
    kind: 'log',
    ends: [0.0061635, 100.5],
    canBeLog: true,
    hasLines: true,
  });
  check('takes a linear scale where it is wanted', made([[1, 100]]), linear, {
    kind: 'linear',
    ends: [1, 100],
    canBeLog: true,
  });
  check('refuses a log scale of negative losses', made([[-2, 3]]), log, { kind: 'linear', ends: [-2, 3] });
  check(
    'has one value where all losses are equal',
    made([
      [1, 1],
      [1, 1],
    ]),
    log,
    { kind: 'linear', ends: [1, 1] },
  );
  check('covers the origin', made([[4, 5]], 2), auto, { kind: 'linear', ends: [2, 5], canBeLog: true });
  check('leaves out an origin that is not finite', made([[4, 5]], 'NaN'), auto, {
    kind: 'linear',
    ends: [4, 5],
    canBeLog: true,
  });
  check('counts what is not finite', made([[4, 'NaN', 'Infinity', '-Infinity', null]], 5), auto, {
    kind: 'linear',
    ends: [4, 5],
    canBeLog: true,
    failed: 3,
  });
  check('has no scale where nothing is finite', made([['NaN', null]], 'NaN'), auto, { kind: null, failed: 1 });
  check('spans 1e-3 to 1e30', made([[1e-3, 1e30]]), auto, { kind: 'log', ends: [1e-3, 1e30], canBeLog: true });
  check(
    'shows the loss where there is no accuracy',
    made([[4, 5]], 4),
    { metric: 'accuracy', scale: 'auto' },
    {
      kind: 'linear',
      ends: [4, 5],
      canBeLog: true,
    },
  );
  it('shows the accuracy on a linear scale', () => {
    const view = surfaceView(surface(), { metric: 'accuracy', scale: 'log' });
    assert.deepEqual(
      [view.metric, view.scale?.kind, view.scale?.unit, view.canBeLog],
      ['accuracy', 'linear', 'percent', false],
    );
  });
  it('describes the picture', () => {
    const { description } = surfaceView(surface(), auto);
    for (const part of [
      'x from −1 to 1 and y from −1 to 1',
      '2,601 cells',
      'Lowest 0.00616 at x 0, y 0',
      'The checkpoint, at the origin, has 0.00616',
    ]) {
      assert.ok(description.includes(part), `${part}: ${description}`);
    }
    assert.ok(description.includes('highest 101 at x −1, y 1'), description);
  });
  it('says how much of a grid is computed', () => {
    const { description } = surfaceView(surface('fine', between(4, 2, 28)), auto);
    assert.match(description, /462 of 2,601 cells computed/);
  });
});

describe('contour lines', () => {
  /** Loss x² + 4y² has ellipses as contour lines. */
  const bowl = (
    size: number,
    replace: (row: number, column: number, cell: number) => Cell = (_r, _c, cell) => cell,
  ): SurfaceResult => {
    const at = (index: number): number => -1 + (2 * index) / (size - 1);
    const cells = Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (_, column) => replace(row, column, at(column) ** 2 + 4 * at(row) ** 2)),
    );
    return made(cells, 0);
  };
  const toPlane = (size: number, index: number): number => -1 + (2 * index) / (size - 1);

  it('lie where the loss has their level', () => {
    const { lines } = surfaceView(bowl(81), { metric: 'loss', scale: 'linear' });
    assert.ok(lines.length >= 5);
    for (const { level, points } of lines) {
      for (const [column, row] of points) {
        const value = toPlane(81, column) ** 2 + 4 * toPlane(81, row) ** 2;
        assert.ok(Math.abs(value - level) < 0.01, `${value} is not ${level}`);
      }
    }
  });
  it('close around the minimum, and end at the edge', () => {
    const { lines } = surfaceView(bowl(81), { metric: 'loss', scale: 'linear' });
    const isClosed = ({ points }: (typeof lines)[number]): boolean =>
      points[0]![0] === points.at(-1)![0] && points[0]![1] === points.at(-1)![1];
    for (const line of lines) assert.equal(isClosed(line), line.level <= 1, String(line.level));
  });
  it('keep away from cells that are not finite', () => {
    const holed = bowl(41, (row, column, cell) => (row < 20 && column > 24 && column < 30 ? 'NaN' : cell));
    for (const { points } of surfaceView(holed, { metric: 'loss', scale: 'linear' }).lines) {
      for (const [column, row] of points) assert.ok(!(row < 20 && column > 24 && column < 30), `${column}, ${row}`);
    }
  });
  it('are drawn from the finest complete lattice of a grid', () => {
    const partial = bowl(17, (row, column, cell) => (row % 4 === 0 && column % 4 === 0 ? cell : null));
    const { lines } = surfaceView(partial, { metric: 'loss', scale: 'linear' });
    assert.ok(lines.length > 0);
    for (const { points } of lines) {
      for (const [column, row] of points) assert.ok(column % 4 < 1e-9 || row % 4 < 1e-9);
    }
  });
  it('are absent from grids of one row', () => {
    assert.deepEqual(surfaceView(made([[1, 2, 3, 4, 5]]), defaultSettings).lines, []);
  });
});

describe('cellText', () => {
  const check = (name: string, of: SurfaceResult, row: number, column: number, expected: string): void => {
    it(name, () => assert.equal(cellText(of, row, column), expected));
  };
  check('gives loss, error and accuracy', surface(), 25, 25, 'x 0, y 0: loss 0.00616 ± 0.00057, accuracy 100%');
  check('says what is not computed', surface('fine', between(8, 4, 0)), 1, 1, 'x −0.96, y −0.96: not computed yet');
  check(
    'names a failure',
    withLoss({ ...surface(), accuracy: null }, () => 'NaN'),
    0,
    50,
    'x 1, y −1: loss not a number',
  );
});
