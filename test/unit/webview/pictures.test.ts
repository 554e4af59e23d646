import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BoxScene, boxLabels, cellMarker } from '../../../webview/picture/boxLabels.ts';
import { contourGeometry, contourPicture } from '../../../webview/picture/contourPicture.ts';
import { contourPaper, measureOnPaper, paperTheme, surfacePaper } from '../../../webview/picture/paper.ts';
import type { Shape } from '../../../webview/picture/shapes.ts';
import { toSvg } from '../../../webview/picture/svg.ts';
import { wholePlane } from '../../../webview/view/contourWindow.ts';
import { meshBox, place } from '../../../webview/view/mesh.ts';
import { pickCell } from '../../../webview/view/pick.ts';
import { coordinateAt } from '../../../webview/view/plotFrame.ts';
import { profileView } from '../../../webview/view/profile.ts';
import { toUnit } from '../../../webview/view/scale.ts';
import { defaultSettings, type Settings } from '../../../webview/view/settings.ts';
import { cellTable, profileTable } from '../../../webview/view/table.ts';
import { surfaceView } from '../../../webview/view/viewModel.ts';
import type { SurfaceResult } from '../../../worker/results.ts';
import { panelStates, severalPlanes, surface } from '../../fixtures/panelStates.ts';

const svgOf = (of: SurfaceResult, chosen: Partial<Settings> = {}): string => {
  const view = surfaceView(of, { ...defaultSettings, ...chosen });
  const picture = contourPaper(of, view, chosen.colorMap ?? 'viridis', wholePlane);
  return toSvg(picture, paperTheme, { title: of.checkpoint, description: view.description });
};
/** The words of a picture: what is written, less the halos below it. */
const texts = (svg: string): string[] =>
  [...svg.matchAll(/<text (?![^>]*aria-hidden)[^>]*>([^<]*)<\/text>/g)].map(match => match[1]!);

describe('the contour map as SVG', () => {
  const svg = svgOf(surface());
  it('refers to nothing outside of itself and runs nothing', () => {
    assert.doesNotMatch(svg, /href=|<script|<style|url\((?!#)/);
    assert.match(
      svg,
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="127mm"/,
    );
  });
  it('has contour lines as paths, named by their level', () => {
    for (const level of ['0.01', '0.1', '1', '10']) {
      assert.match(svg, new RegExp(`<path fill="none"[^>]* d="M[^"]+"><title>loss ${level}</title></path>`));
    }
  });
  const says = (name: string, of: SurfaceResult, chosen: Partial<Settings>, ...expected: readonly string[]): void => {
    it(name, () => {
      const written = texts(svgOf(of, chosen));
      const all = written.join(' ');
      for (const words of expected) assert.ok(written.includes(words) || all.includes(words), `${words}: ${all}`);
    });
  };
  says('has axes with ticks and units', surface(), {}, 'x, first direction (1 unit = 0.825 ‖θ‖)', '−1.0', '0.5');
  says('has a colour bar with its unit', surface(), {}, 'loss (nat), log', '100', '0.01');
  says('has a caption', surface(), {}, 'Mean cross-entropy of runs/batch-32/epoch_024.pt', 'Grid of 51 × 51 cells.');
  says('names another metric', surface(), { metric: 'accuracy' }, 'accuracy', '80%', 'Accuracy of runs/batch-32');
  says('explains hatching', panelStates['failed-cells'].surface!, {}, '75 not finite', 'Hatched: 75 cells that are');
  says('says what is missing', panelStates.cancelled.surface!, {}, '1,089 not computed yet', 'of which 1,512 are');
  says(
    'says what several planes have in common',
    severalPlanes(),
    { plane: 'deviation' },
    'std. deviation of loss (nat)',
    'Sample standard deviation over 3 random planes.',
  );
  it('escapes what a file may be called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), name => {
        const written = svgOf({ ...panelStates['non-square'].surface!, checkpoint: `<b>&"${name}` });
        assert.doesNotMatch(written, /<b>|&"/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no such characters.
        assert.doesNotMatch(written, /[\x00-\x08\x0b\x0c\x0e-\x1f]/);
      }),
      { numRuns: 25 },
    );
  });
  it('keeps its words on the page', () => {
    const { width, shapes } = contourPaper(
      severalPlanes(),
      surfaceView(severalPlanes(), defaultSettings),
      'magma',
      wholePlane,
    );
    for (const shape of shapes) {
      if (shape.kind !== 'text' || shape.angle !== undefined) continue;
      const size = measureOnPaper(shape.text, shape.scale);
      const left = shape.x - (shape.align === 'left' ? 0 : shape.align === 'right' ? size : size / 2);
      assert.ok(left >= 0 && left + size <= width, `${shape.text}: ${left} to ${left + size} of ${width}`);
    }
  });
  it('holds a surface’s pixels in itself', () => {
    const view = surfaceView(surface(), defaultSettings);
    const drawn = { width: 372, height: 330, href: 'data:image/png;base64,AAAA', labels: [] };
    const written = toSvg(surfacePaper(surface(), view, 'viridis', drawn), paperTheme, { title: '', description: '' });
    assert.match(
      written,
      /<image x="12" y="12" width="372" height="330" preserveAspectRatio="none" href="data:image\/png;base64,AAAA"\/>/,
    );
    assert.ok(texts(written).includes('loss (nat), log'));
  });
});

describe('the contour map', () => {
  const boxesOf = (shapes: readonly Shape[], is: (fill: Shape & { kind: 'boxes' }) => boolean): number =>
    shapes
      .flatMap(shape => (shape.kind === 'clip' ? shape.shapes : [shape]))
      .filter(shape => shape.kind === 'boxes')
      .filter(is)
      .reduce((sum, { boxes }) => sum + boxes.length, 0);
  const shapesOf = (of: SurfaceResult): Shape[] => {
    const view = surfaceView(of, defaultSettings);
    const geometry = contourGeometry(view, 500, 500, wholePlane, 1);
    return contourPicture(view, geometry, { theme: paperTheme, map: 'viridis', measure: measureOnPaper });
  };
  const hatched = (shapes: readonly Shape[]): number =>
    boxesOf(shapes, ({ fill }) => typeof fill !== 'string' && fill.pattern === 'hatching');
  const dotted = (shapes: readonly Shape[]): number =>
    boxesOf(shapes, ({ fill }) => typeof fill !== 'string' && fill.pattern === 'dots');
  it('hatches every failed cell, and the sample of the legend', () => {
    assert.equal(hatched(shapesOf(panelStates['failed-cells'].surface!)), 75 + 1);
    assert.equal(hatched(shapesOf(surface())), 0);
  });
  it('dots what is not computed, and only that', () => {
    assert.equal(dotted(shapesOf(surface())), 0);
    // Above the 22nd row every other row is computed at every other cell, and the rows between not at all.
    assert.ok(dotted(shapesOf(panelStates.cancelled.surface!)) > 14 * 25);
  });
});

describe('picking a cell of the surface', () => {
  const view = surfaceView(surface(), defaultSettings);
  const box = meshBox(view);
  const put = place(view, box);
  const index = fc.integer({ min: 2, max: 48 });
  it('finds the cell that is looked at from above', () => {
    fc.assert(
      fc.property(index, index, (row, column) => {
        const [x, y, z] = put(
          coordinateAt(view.x, column),
          coordinateAt(view.y, row),
          toUnit(view.scale!, view.cells[row]![column] as number),
        );
        assert.deepEqual(pickCell(view, box, [x, y + 5, z], [0, -1, 0]), { row, column });
      }),
    );
  });
  const misses = (
    name: string,
    eye: readonly [number, number, number],
    direction: readonly [number, number, number],
  ): void => {
    it(`finds nothing ${name}`, () => assert.equal(pickCell(view, box, eye, direction), null));
  };
  misses('beside the box', [3, 5, 0], [0, -1, 0]);
  misses('above the surface', [-3, 1.4, 0], [1, 0, 0]);
  misses('behind the eye', [0, 5, 0], [0, 1, 0]);
  it('finds nothing where cells failed', () => {
    const failed = surfaceView(panelStates['failed-cells'].surface!, defaultSettings);
    const [x, , z] = put(coordinateAt(view.x, 49), coordinateAt(view.y, 48), 0);
    assert.equal(pickCell(failed, box, [x, 5, z], [0, -1, 0]), null);
  });
});

describe('labels around the surface', () => {
  const view = surfaceView(surface(), defaultSettings);
  const scene: BoxScene = {
    view,
    theme: paperTheme,
    box: meshBox(view),
    measure: measureOnPaper,
    // Seen from above and in front, without perspective.
    toScreen: ([x, y, z]) => [200 + 150 * x, 200 + 60 * z - 100 * y],
    isHidden: () => false,
    width: 400,
  };
  it('write axes, heights and the checkpoint', () => {
    const written = boxLabels(scene).flatMap(shape => (shape.kind === 'text' ? [shape.text] : []));
    for (const words of ['x', 'y', 'loss', '0.1', 'checkpoint 0.00616']) assert.ok(written.includes(words), words);
  });
  it('mark a cell on the surface and on the floor', () => {
    const rings = cellMarker(scene, { row: 25, column: 25 }).filter(shape => shape.kind === 'ring');
    assert.equal(rings.length, 2);
    assert.ok(Math.abs(rings[0]!.x - 200) < 1e-9);
  });
  it('mark no cell that failed', () => {
    const failed = surfaceView(panelStates['failed-cells'].surface!, defaultSettings);
    assert.deepEqual(cellMarker({ ...scene, view: failed }, { row: 49, column: 49 }), []);
  });
});

describe('the picture as a table', () => {
  it('has the rows from the highest y down, as the picture', () => {
    const { columns, rows } = cellTable(surfaceView(surface('coarse'), defaultSettings));
    assert.deepEqual(
      [columns.length, columns[0], rows.length, rows[0]!.heading, rows.at(-1)!.heading],
      [11, '−1', 6, '1', '−1'],
    );
    assert.equal(rows[0]!.cells[0], '101');
  });
  it('names what is missing and what failed', () => {
    const first = (of: SurfaceResult, row: number, column: number): string =>
      cellTable(surfaceView(of, defaultSettings)).rows[50 - row]!.cells[column]!;
    assert.equal(first(panelStates.cancelled.surface!, 49, 49), 'not computed');
    assert.equal(first(panelStates['failed-cells'].surface!, 41, 0), 'not a number');
  });
  it('has mean, deviation and each plane by distance', () => {
    const profile = profileView(severalPlanes(), 'loss')!;
    const { columns, rows } = profileTable(profile);
    assert.deepEqual(columns, ['mean', 'std. deviation', 'plane 1', 'plane 2', 'plane 3']);
    assert.deepEqual([rows.length, rows.at(-1)!.heading], [profile.distance.length, '1']);
    assert.deepEqual(rows.at(-1)!.cells.slice(0, 2), ['30.8', '2.01']);
  });
  it('says when it leaves cells out', () => {
    const positions = Array.from({ length: 301 }, (_, i) => i);
    const row = positions.map(i => i + 1);
    const wide = { ...surface(), x: positions, y: [0], loss: [row], accuracy: null, standardError: null };
    const { title, columns } = cellTable(surfaceView(wide, defaultSettings));
    assert.equal(columns.length, 101);
    assert.match(title, /1 of 1 rows and 101 of 301 columns, the others are in the exported CSV file$/);
  });
});
