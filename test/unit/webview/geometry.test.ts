import assert from 'node:assert/strict';
import { colorAt, colorsOf, isLight } from '../../../webview/view/colormap.ts';
import { placeLabels } from '../../../webview/view/contourLabels.ts';
import { meshBox, meshOf } from '../../../webview/view/mesh.ts';
import { coordinateAt, domainOf, plotFrame } from '../../../webview/view/plotFrame.ts';
import { defaultSettings } from '../../../webview/view/settings.ts';
import { surfaceView } from '../../../webview/view/viewModel.ts';
import { between, surface, withLoss } from '../../fixtures/panelStates.ts';

const positions = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

describe('plotFrame', () => {
  const margins = { left: 50, right: 70, top: 20, bottom: 40 };
  const check = (name: string, x: number[], y: number[], maxHeight: number, width: number, height: number): void => {
    it(name, () => {
      const frame = plotFrame(x, y, 520, maxHeight, margins);
      assert.deepEqual([frame.width, frame.height], [width, height]);
    });
  };
  check(
    'is square for equal ranges, whatever the number of cells',
    positions(-1, 1, 101),
    positions(-1, 1, 101),
    600,
    400,
    400,
  );
  check(
    'keeps a unit equally long on both axes',
    positions(-2, 2, 401),
    positions(-1, 1, 201),
    600,
    400,
    Math.round((400 * 2.01) / 4.01),
  );
  check('narrows where the height is short', positions(-1, 1, 51), positions(-1, 1, 51), 260, 200, 200);
  check('fills the room where ranges are not alike', positions(0, 100, 11), positions(-1, 1, 11), 600, 400, 300);
  check('makes a strip of a single row', positions(-1, 1, 51), [0], 600, 400, 32);
});

describe('the plane', () => {
  it('reaches half a cell beyond the outermost positions', () =>
    assert.deepEqual(domainOf([0, 1, 3]), { from: -0.5, to: 4 }));
  it('gives a single position a unit of its own', () => assert.deepEqual(domainOf([2]), { from: 1.5, to: 2.5 }));
  it('puts borders between positions', () => assert.equal(coordinateAt([0, 1, 3], 1.5), 2));
});

describe('meshOf', () => {
  const view = (of: ReturnType<typeof surface>) => surfaceView(of, defaultSettings);
  it('has two triangles for every four neighbours', () => {
    assert.equal(meshOf(view(surface('coarse')))?.triangles.length, 6 * 10 * 5);
  });
  it('stands within its box', () => {
    const of = view(surface());
    const { halfX, halfY, height } = meshBox(of);
    const { positions: points } = meshOf(of)!;
    for (let i = 0; i < points.length; i += 3) {
      assert.ok(
        Math.abs(points[i]!) <= halfX &&
          points[i + 1]! >= 0 &&
          points[i + 1]! <= height * 1.000001 &&
          Math.abs(points[i + 2]!) <= halfY,
      );
    }
  });
  it('has a hole where a cell is not finite', () => {
    const holed = withLoss(surface('coarse'), (row, column, cell) => (row === 3 && column === 5 ? 'NaN' : cell));
    assert.equal(meshOf(view(holed))?.triangles.length, 6 * (10 * 5 - 4));
  });
  it('is the complete lattice of a grid that is being computed', () => {
    assert.equal(meshOf(view(surface('fine', between(4, 2, 28))))?.units.length, 21 * 14);
  });
  it('is absent for a single row', () => {
    const { x, loss } = surface();
    assert.equal(meshOf(view({ ...surface(), x, y: [0], loss: [loss[25]!] })), null);
  });
});

describe('placeLabels', () => {
  const line = (y: number, length: number): [number, number][] => positions(20, 20 + length, 40).map(x => [x, y]);
  const room = { width: 400, height: 400 };
  const check = (
    name: string,
    paths: [number, number][][],
    obstacles: { x: number; y: number; radius: number }[],
    count: number,
  ): void => {
    it(name, () =>
      assert.equal(
        placeLabels(
          paths,
          paths.map(() => 30),
          room,
          obstacles,
        ).length,
        count,
      ),
    );
  };
  check('labels a long straight line', [line(100, 300)], [], 1);
  check('leaves out a short line', [line(100, 60)], [], 0);
  check('leaves out a line along the edge', [line(4, 300)], [], 0);
  check('keeps away from obstacles', [line(100, 110)], [{ x: 75, y: 100, radius: 40 }], 0);
  check(
    'leaves out a line bent everywhere',
    [positions(0, 12.56, 60).map(a => [200 + 16 * Math.cos(a), 200 + 16 * Math.sin(a)])],
    [],
    0,
  );
  it('keeps labels apart', () => {
    const paths = positions(60, 340, 20).map(y => line(y, 300));
    const places = placeLabels(
      paths,
      paths.map(() => 30),
      room,
      [],
    );
    assert.ok(places.length > 5);
    for (const a of places) for (const b of places) assert.ok(a === b || Math.hypot(a.x - b.x, a.y - b.y) > 40);
  });
});

describe('viridis', () => {
  it('has 256 colours, from dark violet to yellow', () => {
    assert.equal(colorsOf('viridis').length, 256);
    assert.deepEqual(
      [colorAt('viridis', 0), colorAt('viridis', 1)],
      [
        [68, 1, 84],
        [253, 231, 37],
      ],
    );
  });
  it('takes the ends for values beyond', () => assert.deepEqual(colorAt('viridis', -3), colorAt('viridis', 0)));
  it('is dark at one end and light at the other', () =>
    assert.deepEqual([isLight(colorAt('viridis', 0)), isLight(colorAt('viridis', 1))], [false, true]));
});
