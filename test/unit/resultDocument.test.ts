import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareDocumentState } from '../../extension/compareDocumentState.ts';
import { documentState, type PanelDocument } from '../../extension/documentState.ts';
import { compareStatus } from '../../webview/compare/view/status.ts';
import { BasinError } from '../../worker/errors.ts';
import { type ResultDocument, readResultDocument } from '../../worker/resultDocument.ts';
import { partialComparison, wholeComparison } from '../fixtures/comparisons.ts';
import { partialConvexity, wholeConvexity } from '../fixtures/convexity.ts';
import { partialInterpolation, wholeInterpolation } from '../fixtures/interpolations.ts';
import { surface } from '../fixtures/panelStates.ts';
import { partialSharpness, wholeSharpness } from '../fixtures/sharpness.ts';
import { partialSpectrum, wholeSpectrum } from '../fixtures/spectra.ts';
import { throughThree, trajectory } from '../fixtures/trajectories.ts';
import { partialVolume, wholeVolume } from '../fixtures/volumes.ts';

const read = (value: unknown): ResultDocument => readResultDocument('a.json', JSON.stringify(value));

/** Refused in one sentence that names the file. */
function refused(value: unknown, message: RegExp): void {
  assert.throws(
    () => read(value),
    (error: unknown) => {
      assert.ok(error instanceof BasinError && error.kind === 'input');
      assert.match(error.message, /^a\.json: [^\n]*\.$/);
      assert.match(error.message, message);
      return true;
    },
  );
}

const documents: readonly [what: string, result: PanelDocument][] = [
  ['a surface', surface('coarse')],
  ['a surface with the path of a run', trajectory],
  ['a surface through three checkpoints', throughThree],
  ['a spectrum', wholeSpectrum],
  ['a spectrum that was interrupted', partialSpectrum],
  ['sharpness', wholeSharpness],
  ['sharpness that was interrupted', partialSharpness],
  ['volumes', wholeVolume],
  ['a volume that was interrupted', partialVolume],
  ['a convexity map', wholeConvexity],
  ['a convexity map that was interrupted', partialConvexity],
];

describe('a result in a file', () => {
  for (const [what, result] of documents) {
    it(`is read back as it was, and shown: ${what}`, () => {
      const again = read(result);
      assert.deepEqual(again, JSON.parse(JSON.stringify(result)));
      assert.ok(again.kind !== 'interpolate' && again.kind !== 'compare');
      const state = documentState('a.json', again);
      assert.deepEqual([state.document, state.checkpoint], ['a.json', result.checkpoint]);
      const shown = result.kind === 'surface' ? state.surface : state[result.kind]?.result;
      assert.equal(shown, again);
      // Nothing of it can be computed, and there is nothing else.
      assert.equal(state.options, undefined);
      const names = ['surface', 'spectrum', 'sharpness', 'volume', 'convexity'] as const;
      assert.deepEqual(
        names.filter(name => state[name] !== undefined),
        [result.kind],
      );
    });
  }

  for (const result of [wholeInterpolation, partialInterpolation]) {
    it(`is read back as it was, and shown: a line between checkpoints${result.complete ? '' : ' that was interrupted'}`, () => {
      const again = read(result);
      assert.ok(again.kind === 'interpolate');
      assert.deepEqual(again, result);
      const state = compareDocumentState('a.json', again);
      assert.deepEqual([state.document, state.checkpoints], ['a.json', [result.checkpoint, result.other.file]]);
      assert.deepEqual(state.interpolation, { from: 0, to: 1, phase: 'done', result });
      assert.deepEqual([state.surfaces, state.measures], [[], { phase: 'idle' }]);
      const { headline, detail, actions } = compareStatus(state);
      assert.deepEqual(
        [headline, detail, actions],
        ['Result file,', result.complete ? 'read-only' : 'read-only, saved before it was complete', []],
      );
    });
  }

  for (const result of [wholeComparison, partialComparison]) {
    it(`is read back as it was, and shown: a comparison${result.complete ? '' : ' that was interrupted'}`, () => {
      const again = read(result);
      assert.ok(again.kind === 'compare');
      assert.deepEqual(again, result);
      const state = compareDocumentState('a.json', again);
      const paths = result.checkpoints.map(({ checkpoint }) => checkpoint);
      assert.deepEqual([state.document, state.checkpoints], ['a.json', paths]);
      assert.deepEqual([state.measures, state.surfaces], [{ phase: 'done', result }, []]);
      assert.equal(state.interpolation, null);
      const { headline, detail, actions } = compareStatus(state);
      assert.deepEqual(
        [headline, detail, actions],
        ['Result file,', result.complete ? 'read-only' : 'read-only, saved before it was complete', []],
      );
    });
  }

  const damages: readonly [what: string, value: unknown, message: RegExp][] = [
    ['of a kind that is not shown', { kind: 'loss' }, /kind "loss"; what can be shown is a landscape, a spectrum/],
    ['of a kind that every object has', { kind: 'toString' }, /kind "toString"; what can be shown/],
    [
      'whose line lacks an end',
      { ...wholeInterpolation, t: wholeInterpolation.t.map(at => at + 0.01) },
      /"t" lacks 0 or 1/,
    ],
    [
      'whose comparison is of one',
      { ...wholeComparison, checkpoints: wholeComparison.checkpoints.slice(0, 1) },
      /"checkpoints" is not a list of/,
    ],
    ['whose baseline is none', { ...wholeComparison, baseline: 9 }, /"baseline" is no place among 3 checkpoints/],
    ['that is none of ours', [1], /no result of Basin/],
    [
      'whose checkpoint lies at no distance',
      { ...trajectory, path: [{ ...trajectory.path![0], distance: -1 }] },
      /"path\[0\]\.distance" is below 0/,
    ],
    [
      'whose direction has no radius',
      { ...wholeVolume, local: { ...wholeVolume.local, radii: [] } },
      /"local\.radii" is not a list of 60; export it again/,
    ],
    ['with a number as text', { ...wholeSpectrum, tau: '1' }, /"tau" is not a number/],
    ['without provenance', { ...wholeSpectrum, provenance: undefined }, /"provenance" is not an object/],
    [
      'whose density lacks a height',
      { ...wholeSpectrum, density: { ...wholeSpectrum.density, y: wholeSpectrum.density!.y.slice(1) } },
      /"density\.y" is not a list of \d+; export it again/,
    ],
    [
      'whose lines lack a value',
      { ...wholeSpectrum, along: wholeSpectrum.along!.map(line => ({ ...line, t: [...line.t, 9] })) },
      /"along\[0\]\.splits\.train\.loss" is not a list of/,
    ],
  ];
  for (const [what, value, message] of damages) it(`is refused ${what}`, () => refused(value, message));

  it('says what is wrong in the place of a picture', () => {
    const failed = compareStatus(compareDocumentState('a.json', undefined, 'a.json: no.'));
    assert.deepEqual([failed.phase, failed.message, failed.actions], ['failed', 'a.json: no.', []]);
    const { phase, message, checkpoint } = documentState('a.json', undefined, 'a.json: no.');
    assert.deepEqual([phase, message, checkpoint], ['failed', 'a.json: no.', 'a.json']);
  });

  it('is refused in one sentence whatever stands in a field, and never breaks', () => {
    const fields = Object.entries(wholeSpectrum).filter(([name]) => name !== 'checkpoint' && name !== 'verdict');
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), ([name, own], value) => {
        try {
          const again = read({ ...wholeSpectrum, [name]: value });
          assert.equal(again.kind, 'spectrum');
        } catch (error) {
          assert.ok(error instanceof BasinError, `${name}: ${String(error)}`);
          assert.notDeepEqual(value, own);
        }
      }),
    );
  });
});
