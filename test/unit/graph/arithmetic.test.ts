import assert from 'node:assert/strict';
import { add, mul, neg, pad, reshape, slice, sub, transpose } from '../../../worker/graph/arithmetic.ts';
import { input, type Value } from '../../../worker/graph/graph.ts';

const a = input('a', 'float32', [2, 3]);
const b = input('b', 'float32', [2, 3]);

/** A value as a term, by the names of its operators and leaves. */
const term = (value: Value): string =>
  value.kind === 'applied' ? `${value.operator}(${value.inputs.map(term).join(', ')})` : value.name;

/** What rules write that need not be computed. */
const simplified: Readonly<Record<string, readonly [Value, string]>> = {
  'a − b for a + (−b)': [add(a, neg(b)), 'Sub(a, b)'],
  'b − a for (−a) + b': [add(neg(a), b), 'Sub(b, a)'],
  'a + b for a − (−b)': [sub(a, neg(b)), 'Add(a, b)'],
  '(−a) − b for (−a) + (−b)': [add(neg(a), neg(b)), 'Sub(Neg(a), b)'],
  'a for −(−a)': [neg(neg(a)), 'a'],
  'a for a·1': [mul(a, 1), 'a'],
  'one Reshape for two': [reshape(reshape(a, [6]), [3, 2]), 'Reshape(a)'],
  'a for a Reshape and back': [reshape(reshape(a, [6]), [2, 3]), 'a'],
  'a for a Transpose and back': [transpose(transpose(a, [1, 0]), [1, 0]), 'a'],
  'a for a Slice of all': [slice(a, 1, 0, 3), 'a'],
  'a Slice for a Pad that only crops': [pad(a, [0, -1, 0, -1]), 'Slice(a)'],
};

describe('operators as functions write', () => {
  for (const [what, [value, wanted]] of Object.entries(simplified)) {
    it(what, () => assert.equal(term(value), wanted));
  }
});
