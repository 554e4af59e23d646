import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeCompare } from '../../worker/compareDocument.ts';
import { DecodeError } from '../../worker/decode.ts';
import type { CompareResult } from '../../worker/results.ts';
import { brokenComparison, partialComparison, wholeComparison } from '../fixtures/comparisons.ts';

const decode = (value: unknown): CompareResult => decodeCompare(JSON.parse(JSON.stringify(value)), '');

/** The document with one of its fields, named by its way there, made something else. */
function changed(way: string, value: unknown): unknown {
  const copy = structuredClone(wholeComparison) as unknown;
  const names = way.split('.');
  const last = names.pop()!;
  const owner = names.reduce((own, name) => (own as Record<string, unknown>)[name], copy) as Record<string, unknown>;
  owner[last] = value;
  return copy;
}

const { checkpoints, differences } = wholeComparison;
const [measure] = checkpoints[0]!.measures;
const [difference] = differences[0]![1]!;

describe("a comparison's document", () => {
  const documents: readonly [what: string, result: CompareResult][] = [
    ['whole', wholeComparison],
    ['interrupted', partialComparison],
    ['with checkpoints that could not be measured', brokenComparison],
  ];
  for (const [what, result] of documents) {
    it(`reads back as it was written, and without what is none of it: ${what}`, () => {
      assert.deepEqual(decode(result), result);
      assert.deepEqual(decode({ ...result, colour: 'red' }), result);
    });
  }

  it('cannot contradict itself: differences follow from the measures', () => {
    const lying = differences.map(row => row.map(cell => cell.map(own => ({ ...own, value: 99 }))));
    assert.deepEqual(decode({ ...wholeComparison, differences: lying }), wholeComparison);
  });

  const damaged: readonly (readonly [way: string, value: unknown, message: RegExp])[] = [
    ['kind', 'surface', /"kind" is not compare/],
    ['checkpoints', checkpoints.slice(0, 1), /"checkpoints" is not a list of 2 to 50/],
    ['checkpoints.0.checkpoint', 3, /"checkpoints\[0\]\.checkpoint" is not a text/],
    ['checkpoints.1.epoch', -1, /"checkpoints\[1\]\.epoch" is not a whole number/],
    ['checkpoints.0.measures.0.name', 'loss', /"checkpoints\[0\]\.measures\[0\]\.name" is not one of train-loss/],
    ['checkpoints.0.measures.1', measure, /"checkpoints\[0\]\.measures" has train-loss twice/],
    ['checkpoints.0.largest.0.residual', '0', /"checkpoints\[0\]\.largest\[0\]\.residual" is not a number/],
    ['checkpoints.0.provenance.seed', null, /"checkpoints\[0\]\.provenance\.seed" is not a whole number/],
    ['checkpoints.0.problem', 1, /"checkpoints\[0\]\.problem" is not a text/],
    ['baseline', 3, /"baseline" is no place among 3 checkpoints/],
    ['differences', differences.slice(1), /"differences" is not a list of 3/],
    ['differences.1', [[], []], /"differences\[1\]" is not a list of 3/],
    ['differences.0.1.0.verdict', 'more', /"differences\[0\]\[1\]\[0\]\.verdict" is not one of higher, lower/],
    ['differences.0.1.0.standardError', -1, /"differences\[0\]\[1\]\[0\]\.standardError" is below 0/],
    ['differences.0.1.1', difference, /"differences\[0\]\[1\]" has train-loss twice/],
    ['checkpoints.1.measures', [], /"differences\[0\]\[1\]" has train-loss, which is not measured of both/],
    ['warnings', [1], /"warnings\[0\]" is not a text/],
    ['architectures', [[0, 3]], /"architectures\[0\]\[1\]" is no place among 3/],
    ['architectures', [[0, 1], [1]], /"architectures" has a checkpoint in two groups/],
    ['complete', 1, /"complete" is not one of true, false/],
  ];
  for (const [way, value, message] of damaged) {
    it(`is refused with ${way} ${JSON.stringify(value)?.slice(0, 40)}`, () => {
      assert.throws(
        () => decode(changed(way, value)),
        (error: unknown) => error instanceof DecodeError && message.test(error.message),
      );
    });
  }

  it('is refused in one sentence whatever stands in a field, and never breaks', () => {
    const fields = ['checkpoints', 'baseline', 'differences', 'warnings', 'architectures', 'complete'] as const;
    const ways = [
      ...fields,
      ...Object.keys(checkpoints[0]!).map(name => `checkpoints.0.${name}`),
      ...Object.keys(difference!).map(name => `differences.0.1.0.${name}`),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...ways), fc.jsonValue(), (way, value) => {
        try {
          assert.equal(decode(changed(way, value)).kind, 'compare');
        } catch (error) {
          assert.ok(error instanceof DecodeError, `${way}: ${String(error)}`);
        }
      }),
    );
  });
});
