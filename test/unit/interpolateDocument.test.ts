import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DecodeError } from '../../worker/decode.ts';
import { decodeInterpolation } from '../../worker/interpolateDocument.ts';
import type { InterpolateResult } from '../../worker/results.ts';
import {
  brokenInterpolation,
  partialInterpolation,
  plainInterpolation,
  wholeInterpolation,
} from '../fixtures/interpolations.ts';

const decode = (value: unknown): InterpolateResult => decodeInterpolation(JSON.parse(JSON.stringify(value)), '');

/** The document with one of its fields, named by its way there, made something else. */
function changed(way: string, value: unknown): unknown {
  const copy = structuredClone(wholeInterpolation) as unknown;
  const names = way.split('.');
  const last = names.pop()!;
  const owner = names.reduce((own, name) => (own as Record<string, unknown>)[name], copy) as Record<string, unknown>;
  owner[last] = value;
  return copy;
}

const { t, curves } = wholeInterpolation;

describe("an interpolation's document", () => {
  const documents: readonly [what: string, result: InterpolateResult][] = [
    ['whole', wholeInterpolation],
    ['interrupted', partialInterpolation],
    ['of a loss that gives its mean only', plainInterpolation],
    ['with losses that are not finite', brokenInterpolation],
  ];
  for (const [what, result] of documents) {
    it(`reads back as it was written, and without what is none of it: ${what}`, () => {
      assert.deepEqual(decode(result), result);
      assert.deepEqual(decode({ ...result, colour: 'red' }), result);
    });
  }

  it('cannot contradict itself: barriers and whether it is complete follow from its points', () => {
    const lying = {
      ...wholeInterpolation,
      complete: false,
      curves: curves.map(curve => ({ ...curve, barrier: { value: 99, standardError: 0, t: 0 } })),
    };
    assert.deepEqual(decode(lying), wholeInterpolation);
    assert.deepEqual(decode({ ...partialInterpolation, complete: true }), partialInterpolation);
  });

  const damaged: readonly (readonly [way: string, value: unknown, message: RegExp])[] = [
    ['kind', 'surface', /"kind" is not interpolate/],
    ['checkpoint', 3, /"checkpoint" is not a text/],
    ['other', 'b.pt', /"other" is not an object/],
    ['t', t.filter(at => at !== 1), /"t" lacks 0 or 1/],
    ['t', t.toReversed(), /"t" does not rise/],
    ['t', [...t, 2], /"curves\[0\]\.loss" is not a list of 26/],
    ['distance', -1, /"distance" is below 0/],
    ['norms', [1], /"norms" is not a list of 2/],
    ['curves', [], /"curves" is not a list of 1 to 4/],
    ['curves', [curves[0], curves[0]], /"curves" has two curves of train, interpolated/],
    ['curves.0.split', 'valid', /"curves\[0\]\.split" is not one of train, test/],
    ['curves.1.statistics', 'held', /"curves\[1\]\.statistics" is not one of/],
    ['curves.1.loss.3', null, /"curves\[1\]" has a loss or a rise alone at t = -0\.0625/],
    ['curves.1.loss.3', 'nan', /"curves\[1\]\.loss\[3\]" is not/],
    ['curves.2.accuracy.0', 1.5, /"curves\[2\]\.accuracy\[0\]" is not between 0 and 1/],
    ['curves.2.accuracyStandardError.0', -1, /"curves\[2\]\.accuracyStandardError\[0\]" is below 0/],
    ['curves.3.provenance', undefined, /"curves\[3\]\.provenance" is not an object/],
  ];
  for (const [way, value, message] of damaged) {
    it(`is refused where ${way} is ${JSON.stringify(value)?.slice(0, 40)}`, () => {
      assert.throws(
        () => decode(changed(way, value)),
        error => error instanceof DecodeError && message.test(error.message),
      );
    });
  }

  it('is refused whatever stands in a field, or is whole, and never breaks', () => {
    const ways = [
      ...Object.keys(wholeInterpolation),
      ...Object.keys(curves[0]!).flatMap(name => [`curves.0.${name}`, `curves.3.${name}`]),
      ...Object.keys(curves[0]!.provenance).map(name => `curves.1.provenance.${name}`),
      't.4',
      'curves.0.rise.7',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...ways), fc.jsonValue(), (way, value) => {
        try {
          const again = decode(changed(way, value));
          assert.equal(again.curves.length, 4);
          for (const { loss, rise } of again.curves) assert.deepEqual([loss.length, rise.length], [25, 25]);
        } catch (error) {
          assert.ok(error instanceof DecodeError, `${way}: ${String(error)}`);
        }
      }),
      { numRuns: 500 },
    );
  });
});
