import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatNumber, formatPercent } from '../../../webview/view/format.ts';
import { profileView } from '../../../webview/view/profile.ts';
import { distanceFromCheckpoint, readings, readingText } from '../../../webview/view/readout.ts';
import { defaultSettings, type Settings } from '../../../webview/view/settings.ts';
import { surfaceView } from '../../../webview/view/viewModel.ts';
import type { Cell, SurfaceResult } from '../../../worker/results.ts';
import { between, severalPlanes, surface, withLoss } from '../../fixtures/panelStates.ts';

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
  const linear: Settings = { ...defaultSettings, metric: 'loss', scale: 'linear' };
  const log: Settings = { ...defaultSettings, metric: 'loss', scale: 'log' };

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
    { ...defaultSettings, metric: 'accuracy', scale: 'auto' },
    {
      kind: 'linear',
      ends: [4, 5],
      canBeLog: true,
    },
  );
  it('shows the accuracy on a linear scale', () => {
    const view = surfaceView(surface(), { ...defaultSettings, metric: 'accuracy', scale: 'log' });
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
    const { lines } = surfaceView(bowl(81), { ...defaultSettings, metric: 'loss', scale: 'linear' });
    assert.ok(lines.length >= 5);
    for (const { level, points } of lines) {
      for (const [column, row] of points) {
        const value = toPlane(81, column) ** 2 + 4 * toPlane(81, row) ** 2;
        assert.ok(Math.abs(value - level) < 0.01, `${value} is not ${level}`);
      }
    }
  });
  it('close around the minimum, and end at the edge', () => {
    const { lines } = surfaceView(bowl(81), { ...defaultSettings, metric: 'loss', scale: 'linear' });
    const isClosed = ({ points }: (typeof lines)[number]): boolean =>
      points[0]![0] === points.at(-1)![0] && points[0]![1] === points.at(-1)![1];
    for (const line of lines) assert.equal(isClosed(line), line.level <= 1, String(line.level));
  });
  it('keep away from cells that are not finite', () => {
    const holed = bowl(41, (row, column, cell) => (row < 20 && column > 24 && column < 30 ? 'NaN' : cell));
    for (const { points } of surfaceView(holed, { ...defaultSettings, metric: 'loss', scale: 'linear' }).lines) {
      for (const [column, row] of points) assert.ok(!(row < 20 && column > 24 && column < 30), `${column}, ${row}`);
    }
  });
  it('are drawn from the finest complete lattice of a grid', () => {
    const partial = bowl(17, (row, column, cell) => (row % 4 === 0 && column % 4 === 0 ? cell : null));
    const { lines } = surfaceView(partial, { ...defaultSettings, metric: 'loss', scale: 'linear' });
    assert.ok(lines.length > 0);
    for (const { points } of lines) {
      for (const [column, row] of points) assert.ok(column % 4 < 1e-9 || row % 4 < 1e-9);
    }
  });
  it('are absent from grids of one row', () => {
    assert.deepEqual(surfaceView(made([[1, 2, 3, 4, 5]]), defaultSettings).lines, []);
  });
});

describe('the reading of a cell', () => {
  const check = (
    name: string,
    of: SurfaceResult,
    plane: Settings['plane'],
    [row, column]: readonly [number, number],
    expected: string,
  ): void => {
    it(name, () => assert.equal(readingText(readings(of, plane, { row, column })), expected));
  };
  check(
    'gives coordinates, distance, loss, error and accuracy',
    surface(),
    0,
    [25, 25],
    'x 0, y 0, distance 0 (0 ‖θ‖), loss 0.00616350 ± 0.00057, accuracy 100%',
  );
  check(
    'measures the distance along one direction by its norm',
    { ...surface(), plane: { ...surface().plane, cosine: 0.5, norms: { x: 10, y: 6, parameters: 20 } } },
    0,
    [25, 50],
    `x 1, y 0, distance 10.00 (0.50 ‖θ‖), loss ${formatNumber(surface().loss[25]![50]!, 6)} ± ${formatNumber(surface().standardError![25]![50]!, 2)}, accuracy ${formatPercent(surface().accuracy![25]![50] as number)}`,
  );
  check(
    'says what is not computed',
    { ...surface('fine', between(8, 4, 0)), plane: { ...surface().plane, cosine: 'NaN' } },
    0,
    [1, 1],
    'x −0.96, y −0.96, loss not computed yet',
  );
  check(
    'names a failure',
    withLoss(
      { ...surface(), accuracy: null, standardError: null, plane: { ...surface().plane, cosine: 'NaN' } },
      () => 'NaN',
    ),
    0,
    [0, 50],
    'x 1, y −1, loss not a number',
  );
  check(
    'falls back to the first plane',
    surface(),
    7,
    [25, 25],
    readingText(readings(surface(), 0, { row: 25, column: 25 })),
  );
  it('gives mean and deviation over planes', () => {
    const text = readingText(readings(severalPlanes(), 'mean', { row: 25, column: 50 }));
    assert.match(text, /^x 1, y 0, mean loss [\d.]+, standard deviation [\d.]+, mean accuracy /);
  });
  it('says where a plane lacks the cell', () => {
    const text = readingText(readings(severalPlanes(between(8, 4, 0)), 'mean', { row: 1, column: 1 }));
    assert.equal(text, 'x −0.96, y −0.96, mean loss not computed in every plane yet');
  });
  /** |xδ + yη| for vectors that are known. */
  it('measures the distance in the plane', () => {
    fc.assert(
      fc.property(...vectors, (x, y, a, b) => {
        const dot = a[0]! * b[0]! + a[1]! * b[1]!;
        const norms = { x: Math.hypot(...a), y: Math.hypot(...b), parameters: 1 };
        fc.pre(norms.x > 1e-3 && norms.y > 1e-3);
        const expected = Math.hypot(x * a[0]! + y * b[0]!, x * a[1]! + y * b[1]!);
        const measured = distanceFromCheckpoint({ ...surface().plane, norms, cosine: dot / norms.x / norms.y }, x, y);
        assert.ok(Math.abs(measured! - expected) <= 1e-5 * (1 + Math.abs(x) * norms.x + Math.abs(y) * norms.y));
      }),
    );
  });
});

const number = fc.double({ min: -10, max: 10, noNaN: true });
const vectors = [number, number, fc.tuple(number, number), fc.tuple(number, number)] as const;

describe('several planes', () => {
  const shown = (plane: Settings['plane'], metric: Settings['metric'] = 'loss'): ReturnType<typeof surfaceView> =>
    surfaceView(severalPlanes(), { ...defaultSettings, metric, plane });
  it('share one scale, so that their colours can be compared', () => {
    const ends = ([0, 1, 2, 'mean'] as const).map(plane => {
      const { low, high } = shown(plane).scale!;
      return [low, high];
    });
    assert.equal(new Set(ends.map(String)).size, 1, String(ends));
    const highest = Math.max(...([0, 1, 2] as const).map(plane => shown(plane).summary.highest!.value));
    assert.equal(ends[0]![1], highest);
  });
  it('have a deviation with a scale of its own that begins at the checkpoint’s 0', () => {
    const { scale, origin, quantity } = shown('deviation');
    assert.deepEqual([scale!.kind, scale!.low, origin, quantity], ['linear', 0, null, 'std. deviation of loss']);
  });
  it('say which of them is shown', () => {
    assert.match(shown(1).description, /^Loss in plane 2 for x/);
    assert.match(shown('mean', 'accuracy').description, /^Mean accuracy of planes for x/);
  });
  it('show the first where the chosen one is not there', () => {
    assert.equal(surfaceView(surface(), { ...defaultSettings, plane: 'mean' }).plane, 0);
    assert.equal(shown(3).plane, 0);
  });
  it('have a profile of mean and deviation', () => {
    const profile = profileView(severalPlanes(), 'loss')!;
    const { mean, deviation } = severalPlanes().spread!.profile.loss;
    assert.equal(profile.planes.length, 3);
    const last = profile.distance.length - 1;
    assert.equal(profile.high[last], (mean[last] as number) + (deviation[last] as number));
    assert.equal(profile.low[last], (mean[last] as number) - (deviation[last] as number));
    assert.match(profile.description, /in each of 3 random planes and over all of them\. At distance 1 it is /);
  });
  it('have no profile where there is one plane', () => assert.equal(profileView(surface(), 'loss'), null));
});
