import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BoxScene, boxLabels, checkpointMarker } from '../../../webview/picture/boxLabels.ts';
import { contourGeometry, contourPicture } from '../../../webview/picture/contourPicture.ts';
import { measureOnPaper, paperTheme } from '../../../webview/picture/paper.ts';
import { nearestMark } from '../../../webview/picture/pathShapes.ts';
import type { Shape } from '../../../webview/picture/shapes.ts';
import { toSvg } from '../../../webview/picture/svg.ts';
import { axisTitles } from '../../../webview/view/axisTitles.ts';
import { caption } from '../../../webview/view/caption.ts';
import { type ContourWindow, wholePlane } from '../../../webview/view/contourWindow.ts';
import { drapedPath, isHiddenBy, markPlaces } from '../../../webview/view/drape.ts';
import { explainedTable, explainedText } from '../../../webview/view/explained.ts';
import { heightOver, meshBox, meshOf } from '../../../webview/view/mesh.ts';
import { otherStatistics } from '../../../webview/view/otherStatistics.ts';
import { pathLegend, pathView } from '../../../webview/view/path.ts';
import { pathReadings, pathTable } from '../../../webview/view/pathTexts.ts';
import { readingText } from '../../../webview/view/readout.ts';
import { defaultSettings } from '../../../webview/view/settings.ts';
import { surfaceView } from '../../../webview/view/viewModel.ts';
import type { SurfaceResult } from '../../../worker/results.ts';
import { surface } from '../../fixtures/panelStates.ts';
import { throughThree, trajectory, trajectoryStates } from '../../fixtures/trajectories.ts';

const last = trajectory.path!.length - 1;

describe('the path of a run', () => {
  it('tells checkpoints that lie far out of the plane from the others', () => {
    const { points, reach } = pathView(trajectory)!;
    assert.ok(Math.abs(reach - 0.1 * Math.hypot(6.4, 5.2 - Math.min(...trajectory.path!.map(({ y }) => y)))) < 1e-12);
    for (const [i, { distance }] of trajectory.path!.entries()) assert.equal(points[i]!.isFar, distance > reach);
    assert.deepEqual([points.filter(({ isFar }) => isFar).length, points.findIndex(({ isOwn }) => isOwn)], [9, last]);
  });
  it('names its ends by their steps', () => {
    const { points } = pathView(trajectory)!;
    assert.deepEqual(
      points.flatMap(({ label }) => label ?? []),
      ['first, step 0', 'last, step 7,680'],
    );
  });
  it('names the corners of a plane through three', () => {
    const path = pathView(throughThree)!;
    assert.deepEqual(
      path.points.map(({ label }) => label),
      ['A', 'B', 'C'],
    );
    assert.equal(
      pathLegend(path),
      'A batch-32/epoch_024.pt · B batch-1024/epoch_024.pt · C decay/epoch_024.pt · ✛ the checkpoint that the landscape is of',
    );
  });
  it('is that of no other plane', () => assert.equal(pathView(surface()), null));
  it('is said in words', () => {
    assert.match(
      pathLegend(pathView(trajectory)!),
      /in the plane or near it \(4 of 13\).* is not the checkpoint \(9\)/,
    );
    const near = trajectory.path!.map(point => ({ ...point, distance: point.distance / 4 }));
    assert.match(
      pathLegend(pathView({ ...trajectory, path: near })!),
      /\(13 of 13\) · none is further out of it than 0\.475/,
    );
    assert.match(surfaceView(trajectory, defaultSettings).description, /path of 13 checkpoints .* 9 of them lie far/);
    assert.match(surfaceView(throughThree, defaultSettings).description, /goes through A batch-32\/epoch_024\.pt, B /);
  });
  it('reads a checkpoint with its own loss and that of its projection', () => {
    const read = readingText(pathReadings(trajectory, 1));
    assert.match(
      read,
      /^checkpoint epoch_002\.pt, step 640, own loss 1\.79762, own accuracy 55\.06%, loss at its projection 14\.4370, /,
    );
    assert.match(read, /, out of the plane 0\.714 \(0\.050 ‖θ‖\), x 5\.67, y 4\.15$/);
    assert.match(readingText(pathReadings(trajectoryStates.early.surface!, 1)), /own loss not computed yet/);
    assert.deepEqual(pathReadings(trajectory, 99), []);
  });
  it('has a row for each checkpoint', () => {
    const { columns, rows } = pathTable(trajectory);
    assert.equal(columns.length, 7);
    assert.equal(rows.length, 13);
    const own = rows.at(-1)!;
    assert.deepEqual([own.heading, own.cells[0], own.cells[3], own.cells[4]], ['epoch_024.pt', '7,680', '0', '0']);
    const byEpoch = trajectory.path!.map((point, i) => ({ ...point, step: null, epoch: 2 * i }));
    assert.equal(pathTable({ ...trajectory, path: byEpoch }).columns[0], 'epoch');
    assert.equal(pathTable(trajectoryStates.early.surface!).rows[0]!.cells[3], 'not known');
  });
});

describe('axes', () => {
  const check = (of: SurfaceResult, x: string, y: string): void => {
    it(`of the plane ${of.plane.kind} are ${x} and ${y}`, () => {
      const titles = axisTitles(of.plane);
      assert.deepEqual([titles.x.long, titles.y.long], [x, y]);
    });
  };
  check(surface(), 'x, first direction', 'y, second direction');
  check(trajectory, 'PC 1 (68.1%), distance', 'PC 2 (17.5%), distance');
  check(throughThree, 'from A towards B, distance', 'across, towards C, distance');
});

describe('explained variance', () => {
  const principal = trajectory.plane.principal!;
  it('is set beside a random walk', () => {
    const text = explainedText(principal);
    assert.match(text, /hold 68\.1% and 17\.5% \(together 85\.6%\) of the variance of 13 checkpoints/);
    assert.match(text, /would show 61\.3% and 15\.5% \(together 76\.8%\)\. Only what goes beyond/);
    assert.match(explainedText({ ...principal, explained: [0.62, 0.15] }), /no more order than that/);
    assert.deepEqual(explainedTable(principal).rows[1], { heading: '2', cells: ['17.45%', '15.48%'] });
  });
});

describe('what was computed', () => {
  it('names the plane and the statistics', () => {
    assert.match(caption(trajectory).what, /statistics held, along the first two principal components of 13 check/);
    assert.match(caption(trajectoryStates.recomputed.surface!).what, /statistics recomputed over the sample/);
    assert.match(caption(throughThree).what, /\(A batch-32\/epoch_024\.pt, B batch-1024\/epoch_024\.pt, C decay/);
  });
  it('offers the other statistics where they matter', () => {
    assert.deepEqual(otherStatistics(trajectoryStates.trajectory)?.options, {
      ...trajectoryStates.trajectory.options,
      statistics: 'recomputed',
    });
    assert.equal(otherStatistics(trajectoryStates.recomputed)?.options.statistics, undefined);
    assert.match(otherStatistics(trajectoryStates.recomputed)!.label, /Hold/);
    assert.equal(otherStatistics(trajectoryStates.early), null);
    const { path: _, ...elsewhere } = trajectory;
    assert.equal(otherStatistics({ ...trajectoryStates.trajectory, surface: elsewhere }), null);
  });
});

const flat = (shapes: readonly Shape[]): Shape[] =>
  shapes.flatMap(shape => (shape.kind === 'clip' ? flat(shape.shapes) : [shape]));

describe('the path on the contour map', () => {
  const drawn = (of: SurfaceResult, window: ContourWindow = wholePlane): Shape[] => {
    const view = surfaceView(of, defaultSettings);
    const geometry = contourGeometry(view, 500, 500, window, 1);
    return flat(contourPicture(view, geometry, { theme: paperTheme, map: 'viridis', measure: measureOnPaper }));
  };
  it('is a line through all checkpoints, with discs and rings', () => {
    const shapes = drawn(trajectory);
    const lines = shapes.filter(shape => shape.kind === 'paths' && shape.name === 'path of 13 checkpoints');
    assert.equal(lines.length, 2);
    for (const line of lines) assert.equal(line.kind === 'paths' && line.paths[0]!.length, 13);
    const rings = shapes.filter(shape => shape.kind === 'ring');
    const filled = rings.filter(ring => ring.fill !== undefined);
    // Rings are drawn in black and in white, as the origin's is, which stands for the last checkpoint.
    assert.deepEqual([filled.length, rings.length - filled.length], [3, 2 * 9 + 2]);
  });
  it('is closed and dashed between three checkpoints', () => {
    const line = drawn(throughThree).find(shape => shape.kind === 'paths' && shape.stroke.dash !== undefined);
    assert.ok(line?.kind === 'paths');
    assert.equal(line.paths[0]!.length, 4);
    assert.deepEqual(line.paths[0]![0], line.paths[0]![3]);
  });
  it('follows the part of the plane that is shown', () => {
    const at = (window: ContourWindow): readonly (readonly [number, number])[] => {
      const line = drawn(trajectory, window).find(shape => shape.kind === 'paths' && shape.name?.startsWith('path'));
      return line?.kind === 'paths' ? line.paths[0]! : [];
    };
    const [whole, enlarged] = [at(wholePlane), at({ x: 0.5, y: 0.5, zoom: 2 })];
    const length = (line: readonly (readonly [number, number])[]): number =>
      Math.hypot(line[0]![0] - line[last]![0], line[0]![1] - line[last]![1]);
    assert.ok(Math.abs(length(enlarged) / length(whole) - 2) < 1e-9);
  });
  it('writes words beside its ends that do not cover its marks', () => {
    const labels = drawn(trajectory).flatMap(shape =>
      shape.kind === 'text' && /^(first|last),/.test(shape.text) ? [shape] : [],
    );
    assert.equal(labels.length, 2);
    const marks = drawn(trajectory).flatMap(shape => (shape.kind === 'ring' ? [shape] : []));
    for (const { text, x, y } of labels) {
      const to = x + measureOnPaper(text, 0.92);
      const covered = marks.filter(mark => mark.x > x && mark.x < to && Math.abs(mark.y - y) < 6);
      assert.deepEqual(covered, [], text);
    }
  });
  it('is a polyline in SVG, with discs', () => {
    const shapes = drawn(trajectory);
    const svg = toSvg({ width: 500, height: 500, shapes }, paperTheme, { title: '', description: '' });
    assert.match(svg, /<path fill="none"[^>]*d="M[^"]*(L[^"L]*){12}"><title>path of 13 checkpoints<\/title>/);
    assert.equal(svg.match(/<circle fill="#fff"/g)?.length, 3);
  });
});

describe('the path on the surface', () => {
  const view = surfaceView(trajectory, defaultSettings);
  const box = meshBox(view);
  const over = heightOver(view, box);
  it('lies on the surface’s triangles', () => {
    const { positions, triangles } = meshOf(view)!;
    const share = fc.double({ min: 0.01, max: 0.98, noNaN: true });
    fc.assert(
      fc.property(fc.nat(triangles.length / 3 - 1), share, share, (triangle, a, b) => {
        const weights = [a, (1 - a) * b, (1 - a) * (1 - b)];
        const mix = (axis: number): number =>
          weights.reduce((sum, weight, i) => sum + weight * positions[3 * triangles[3 * triangle + i]! + axis]!, 0);
        const height = over(mix(0), mix(2));
        assert.ok(height !== null && Math.abs(height - mix(1)) < 1e-4, `${height} for ${mix(1)}`);
      }),
    );
    assert.equal(over(box.halfX * 1.2, 0), null);
  });
  it('is interrupted by holes only', () => {
    assert.equal(drapedPath(view, box).length, 1);
    const holed = surfaceView(
      { ...trajectory, loss: trajectory.loss.map((line, row) => (row === 22 ? line.map(() => 'NaN' as const) : line)) },
      defaultSettings,
    );
    assert.equal(drapedPath(holed, box).length, 2);
    assert.deepEqual(drapedPath(surfaceView(surface(), defaultSettings), box), []);
  });
  it('is hidden behind the surface, and not before it', () => {
    const isHidden = isHiddenBy(view, box);
    const [first, own] = [markPlaces(view, box)[0]!, markPlaces(view, box)[last]!];
    assert.equal(isHidden([first[0], 6, first[2]], first), false);
    assert.equal(isHidden([own[0], 6, own[2]], own), false);
    // From beside the box and hardly above the floor the walls of the bowl stand before its ground.
    assert.equal(isHidden([own[0], 0.3, 6], own), true);
  });
  it('has its marks and words in the picture’s labels, faint where they are hidden', () => {
    const scene: BoxScene = {
      view,
      theme: paperTheme,
      box,
      measure: measureOnPaper,
      toScreen: ([x, y, z]) => [200 + 150 * x, 200 + 60 * z - 100 * y],
      isHidden: () => false,
      width: 400,
    };
    const words = boxLabels(scene).flatMap(shape => (shape.kind === 'text' ? [shape.text] : []));
    for (const text of ['PC 1', 'PC 2', 'first, step 0']) assert.ok(words.includes(text), text);
    const opacities = (of: BoxScene): number[] =>
      boxLabels(of).flatMap(shape =>
        shape.kind === 'ring' && shape.fill !== undefined ? [shape.stroke.opacity!] : [],
      );
    assert.deepEqual(opacities(scene), [1, 1, 1]);
    assert.deepEqual(opacities({ ...scene, isHidden: () => true }), [0.35, 0.35, 0.35]);
    assert.equal(checkpointMarker(scene, 3).length, 2);
    assert.deepEqual(checkpointMarker(scene, 99), []);
  });
});

describe('a mark near the pointer', () => {
  it('is the nearest one, or none', () => {
    const marks = [
      [0, 0],
      [10, 0],
      [10, 1],
    ] as const;
    assert.deepEqual(
      [
        [1, 1],
        [10, 0],
        [10, 0.9],
        [40, 40],
      ].map(([x, y]) => nearestMark(marks, x!, y!)),
      [0, 1, 2, null],
    );
  });
});
