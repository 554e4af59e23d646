import assert from 'node:assert/strict';
import fc from 'fast-check';
import { spreadOf } from '../../worker/analysis/spread.ts';
import { BasinError } from '../../worker/errors.ts';
import { readResultDocument } from '../../worker/resultDocument.ts';
import type { SurfaceResult } from '../../worker/results.ts';
import { evaluatedPoints } from '../../worker/surfaceDocument.ts';
import { panelStates, surface } from '../fixtures/panelStates.ts';
import { throughThree, trajectory } from '../fixtures/trajectories.ts';

function read(value: unknown): SurfaceResult {
  const result = readResultDocument('a.json', JSON.stringify(value));
  assert.ok(result.kind === 'surface');
  return result;
}

const whole = surface('coarse');

/** The document with the value at a path replaced; `undefined` removes it. */
function changed(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(whole));
  const names = path.split('.');
  const last = names.pop()!;
  const owner = names.reduce((object, name) => object[name], copy);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return copy;
}

/** The spread follows from the cells, and is found out anew. */
const withoutSpread = ({ spread: _, ...rest }: SurfaceResult): unknown => JSON.parse(JSON.stringify(rest));

describe('document of a surface', () => {
  for (const [name, { surface: shown }] of Object.entries(panelStates)) {
    if (shown === undefined) continue;
    it(`is read back as it was: ${name}`, () => {
      assert.deepEqual(withoutSpread(read(shown)), withoutSpread(shown));
    });
  }

  it('is read back with several planes, and their spread', () => {
    const { x, y } = whole;
    const other = { plane: whole.plane, loss: whole.accuracy!, accuracy: whole.accuracy, standardError: null };
    const spread = spreadOf(x, y, [whole, other]);
    const several = read({ ...whole, otherPlanes: [other], spread });
    assert.deepEqual(several.otherPlanes, [other]);
    assert.deepEqual(several.spread, spread);
    // A document cannot contradict its own cells.
    assert.deepEqual(read({ ...whole, otherPlanes: [other], spread: { loss: 'lies' } }).spread, spread);
    assert.equal(read({ ...whole, complete: false }).complete, true);
  });

  for (const [name, made] of Object.entries({ trajectory, throughThree })) {
    it(`is read back with the checkpoints that its plane is made of: ${name}`, () => {
      const own = read(made);
      assert.deepEqual([own.path, own.plane, own.complete], [made.path, made.plane, true]);
      for (const missing of ['loss', 'projectedLoss'] as const) {
        const path = made.path!.map((point, index) => (index === 1 ? { ...point, [missing]: null } : point));
        assert.equal(read({ ...made, path }).complete, false);
        assert.equal(evaluatedPoints(read({ ...made, path })), made.evaluations.cells + 2 * path.length - 1);
      }
    });
  }

  it('keeps only what it knows', () => {
    const odd = read({ ...whole, script: '<script>', provenance: { ...whole.provenance, more: 1 } });
    assert.equal(JSON.stringify(odd), JSON.stringify(whole));
  });

  const refused: readonly [path: string, value: unknown, message: RegExp][] = [
    ['kind', 'loss', /kind "loss"; what can be shown is a landscape/],
    ['kind', undefined, /no result of Basin/],
    ['x', [], /"x" is not a list of 1 to 1001/],
    ['x', Array.from({ length: 1002 }, (_, i) => i), /"x" is not a list/],
    ['x', [0, 1, 1], /"x" does not rise/],
    ['y.1', 'a', /"y\[1\]" is not a number/],
    ['loss', [[1]], /"loss" is not a list of 6/],
    ['loss.2', [1, 2], /"loss\[2\]" is not a list of 11/],
    ['loss.2.3', 'nan', /"loss\[2\]\[3\]" is not one of NaN, Infinity, -Infinity/],
    ['loss.2.3', { toString: 1 }, /"loss\[2\]\[3\]" is not/],
    ['accuracy.0.0', 1.5, /"accuracy\[0\]\[0\]" is not between 0 and 1/],
    ['standardError', undefined, /"standardError" is not a list/],
    ['origin', null, /"origin" is not an object/],
    ['plane.kind', 'tsne', /"plane\.kind" is not one of random, file/],
    ['plane.norms.x', -1, /"plane\.norms\.x" is below 0/],
    ['provenance', [], /"provenance" is not an object/],
    ['provenance.time', 'yesterday', /"provenance\.time" is not a time/],
    ['provenance.notes', ['a'.repeat(20_000)], /"provenance\.notes\[0\]" is not a text of at most/],
    ['provenance.rows', [0], /"provenance\.rows" is not a list of 2/],
    ['provenance.versions', { a: 1 }, /"provenance\.versions\.a" is not a text/],
    ['evaluations.cells', -1, /"evaluations\.cells" is not a whole number/],
    ['otherPlanes', [{}], /"otherPlanes\[0\]\.plane" is not an object/],
  ];
  for (const [path, value, message] of refused) {
    it(`is refused in one sentence: ${path} = ${JSON.stringify(value)?.slice(0, 40)}`, () => {
      assert.throws(
        () => read(changed(path, value)),
        (error: unknown) => {
          assert.ok(error instanceof BasinError && error.kind === 'input');
          assert.match(error.message, message);
          assert.match(error.message, /^a\.json: [^\n]*\.$/);
          return true;
        },
      );
    });
  }

  it('refuses whatever else there is with one sentence, and never breaks', () => {
    const refuse = (content: string): void =>
      assert.throws(
        () => readResultDocument('a.json', content),
        (error: unknown) => error instanceof BasinError && /^a\.json: /.test(error.message),
      );
    for (const content of ['', '{', 'null', '[]', '"surface"', '['.repeat(100_000)]) refuse(content);
    const fields = Object.keys(whole).filter(name => !['complete', 'evaluations'].includes(name));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        fc.pre(JSON.stringify(value) !== JSON.stringify(whole[field as keyof SurfaceResult]));
        // An axis of other numbers, another name and the absence of a table that may be absent are fine.
        fc.pre(!['x', 'y', 'checkpoint', 'budget'].includes(field));
        fc.pre(!(value === null && ['accuracy', 'standardError'].includes(field)));
        refuse(JSON.stringify({ ...whole, [field]: value }));
      }),
    );
  });
});
