import assert from 'node:assert/strict';
import {
  convexityCost,
  convexityDraftOf,
  convexityOptionsOf,
  isConvexityNumber,
  landscapePlane,
  planeSummary,
  secondsPerProduct,
} from '../../../webview/convexity/options.ts';
import { convexityGeometry, convexityPaper, convexityPicture } from '../../../webview/convexity/picture.ts';
import { convexityStatus } from '../../../webview/convexity/status.ts';
import { convexityCaption, convexityLegend, convexityTable, convexityView } from '../../../webview/convexity/view.ts';
import type { PlaneOptions, SurfaceOptions } from '../../../webview/messages.ts';
import { measureOnPaper, paperTheme } from '../../../webview/picture/paper.ts';
import type { Shape } from '../../../webview/picture/shapes.ts';
import { toSvg } from '../../../webview/picture/svg.ts';
import type { ConvexityResult } from '../../../worker/results.ts';
import {
  type ConvexityStateName,
  convexityOptions,
  convexityStates,
  partialConvexity,
  roughConvexity,
  wholeConvexity,
} from '../../fixtures/convexity.ts';
import { panelStates } from '../../fixtures/panelStates.ts';
import { spectrumStates } from '../../fixtures/spectra.ts';

describe('a convexity map', () => {
  it('is told in words, from its lowest to its highest cell', () => {
    assert.equal(
      convexityView(wholeConvexity).grid.description,
      '|λmin/λmax| for x from −1 to 1 and y from −1 to 1, 81 cells, logarithmic scale. Lowest 0.00715 at x 0, y 0; ' +
        'highest 0.819 at x −1, y −0.25. The checkpoint, at the origin, has 0.00715. ' +
        'λmin is below zero in 81 of 81 cells.',
    );
  });

  it('says which cells have not converged, are not finite or are not there, in words, marks and the table', () => {
    const view = convexityView(roughConvexity);
    assert.match(view.grid.description, /In 9 cells an eigenvalue has not converged\. 4 cells are not finite\.$/);
    assert.match(convexityLegend(view), /✕ an eigenvalue has not converged · hatched: not finite$/);
    const { rows, columns } = convexityTable(roughConvexity);
    assert.deepEqual([rows.length, columns.length], [9, 9]);
    assert.equal(rows[0]!.heading, '1');
    assert.equal(rows[0]!.cells[0], 'not finite');
    assert.match(rows[8]!.cells[8]!, /^\S+ \(−\S+ ± \S+, not converged; \S+ ± \S+, not converged\)$/);
    assert.match(convexityLegend(convexityView(partialConvexity)), /dotted: not computed yet$/);
    assert.equal(convexityTable(partialConvexity).rows[0]!.cells[1], 'not computed');
    assert.equal(convexityLegend(convexityView(wholeConvexity)).includes('✕'), false);
  });

  const crosses = (result: ConvexityResult): number => {
    const view = convexityView(result);
    const geometry = convexityGeometry(view, 400, 400, 1);
    const shapes = convexityPicture(view, geometry, { theme: paperTheme, map: 'viridis', measure: measureOnPaper });
    const strokes = shapes.slice(-2).filter((shape): shape is Shape & { kind: 'paths' } => shape.kind === 'paths');
    return strokes.length === 2 && strokes[1]!.stroke.width === 1.5 ? strokes[1]!.paths.length / 2 : 0;
  };
  it('crosses out each cell that has not converged, and no other', () => {
    assert.deepEqual([wholeConvexity, roughConvexity, partialConvexity].map(crosses), [0, 9, 0]);
  });

  it('is printed with what it shows and how it was computed', () => {
    const view = convexityView(roughConvexity);
    const svg = toSvg(convexityPaper(view, 'cividis', convexityCaption(roughConvexity)), paperTheme, {
      title: 'a',
      description: 'b',
    });
    assert.match(svg, /λmin\/λmax/);
    assert.match(svg, /two random directions of seed 0/);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });

  it('is nothing but dots before its first cell', () => {
    const table = wholeConvexity.ratio.map(line => line.map(() => null));
    const view = convexityView({ ...wholeConvexity, ratio: table, largest: table, smallest: table });
    assert.equal(view.grid.scale, null);
    assert.match(view.grid.description, /0 of 81 cells computed\.$/);
  });
});

describe('the form for a convexity map', () => {
  const draft = convexityDraftOf(convexityOptions);
  it('asks for what it was begun with', () => {
    assert.deepEqual(convexityOptionsOf(draft, convexityOptions), convexityOptions);
  });
  const refused: readonly [changed: Partial<typeof draft>, why: RegExp][] = [
    [{ columns: '0' }, /columns/],
    [{ rows: '102' }, /rows/],
    [{ rows: '' }, /rows/],
    [{ range: '-1' }, /range/],
  ];
  for (const [changed, why] of refused) {
    it(`refuses ${JSON.stringify(changed)}`, () => {
      assert.match(String(convexityOptionsOf({ ...draft, ...changed }, convexityOptions)), why);
      const [name] = Object.keys(changed) as [keyof typeof draft];
      assert.equal(isConvexityNumber({ ...draft, ...changed }, name), false);
    });
  }

  const planes: readonly [plane: PlaneOptions, text: RegExp][] = [
    [{ kind: 'random', seed: 7, planes: 3, perturb: 'all' }, /random directions of seed 7/],
    [{ kind: 'eigen' }, /leading eigenvectors/],
    [{ kind: 'file', file: '/w/d.npz' }, /directions of a file/],
  ];
  for (const [plane, text] of planes) {
    it(`takes the landscape's own plane, one of it: ${plane.kind}`, () => {
      const options: SurfaceOptions = { plane, split: 'test', grid: { kind: 'budget', seconds: 60 }, range: 1 };
      const own = landscapePlane({ ...panelStates.done, options });
      assert.deepEqual(own, { plane: plane.kind === 'random' ? { ...plane, planes: 1 } : plane, split: 'test' });
      assert.match(planeSummary(own!), text);
    });
  }

  it('takes a random plane beside a landscape in one of checkpoints', () => {
    const options: SurfaceOptions = {
      plane: { kind: 'pca' },
      split: 'test',
      grid: { kind: 'budget', seconds: 60 },
      range: 1,
    };
    const own = landscapePlane({ ...panelStates.done, options });
    assert.deepEqual(own, { plane: { kind: 'random', seed: 0, planes: 1, perturb: 'weights' }, split: 'test' });
    assert.match(planeSummary(own!, 'pca'), /^In the plane of random directions of seed 0, since/);
  });

  it('says what it costs, in time once something was measured', () => {
    assert.equal(secondsPerProduct(panelStates.done), null);
    assert.match(
      convexityCost(convexityOptions, null),
      /^121 cells of up to 60 products each, 7,260 at most; how long/,
    );
    const measured = secondsPerProduct({ ...panelStates.done, spectrum: spectrumStates.done });
    assert.ok(measured !== null && measured > 0.01 && measured < 0.1, `${measured} s a product`);
    assert.equal(
      convexityCost({ ...convexityOptions, columns: 1, rows: 1 }, 0.0254),
      '1 cell of up to 60 products each, 60 at most; at 25 ms a product, as here before, at most 1.5 s.',
    );
  });
});

describe('status of a convexity map', () => {
  const cases: readonly [ConvexityStateName, headline: string, detail: RegExp, actions: readonly string[]][] = [
    ['idle', 'Not computed yet.', /every cell/, ['Compute Convexity Map']],
    ['starting', 'Loading model and data…', /^$/, ['Cancel']],
    ['computing', 'Computing…', /^9 of 81 cells, about 1 min 12 s left, 64 MB$/, ['Cancel']],
    ['done', 'Done', /^in .*, 1,275 products$/, ['Compute Again']],
    ['cancelled', 'Cancelled', /^after 9 of 81 cells, 9 s$/, ['Compute Again']],
    ['failed', 'Failed', /^$/, ['Retry', 'Show Log']],
  ];
  for (const [name, headline, detail, labels] of cases) {
    it(name, () => {
      const status = convexityStatus(convexityStates[name]);
      assert.equal(status.headline, headline);
      assert.match(status.detail, detail);
      assert.deepEqual(
        status.actions.map(({ label }) => label),
        labels,
      );
    });
  }
});
