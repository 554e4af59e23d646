import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { sumOf } from '../../../worker/graph/accumulate.ts';
import { pad, total } from '../../../worker/graph/arithmetic.ts';
import { type InputValue, input, topologicalOrder, type Value } from '../../../worker/graph/graph.ts';
import { elementCount } from '../../../worker/tensor.ts';

const SHAPE = [4, 6];

/** A part of the whole along an axis: from `start` on, `size` elements. */
interface Part {
  readonly axis: number;
  readonly start: number;
  readonly size: number;
}

const columns = (start: number, size: number): Part => ({ axis: 1, start, size });
const rows = (start: number, size: number): Part => ({ axis: 0, start, size });

/** Leaves of the parts' shapes, and each amid zeros. */
function contributionsOf(parts: readonly Part[]): { leaves: InputValue[]; contributions: Value[] } {
  const leaves = parts.map(({ axis, size }, index) => {
    const shape = SHAPE.map((own, at) => (at === axis ? size : own));
    return input(`part${index}`, 'float32', shape);
  });
  const contributions = leaves.map((leaf, index) => {
    const { axis, start, size } = parts[index]!;
    const before = SHAPE.map((_, at) => (at === axis ? start : 0));
    return pad(leaf, [...before, ...SHAPE.map((own, at) => (at === axis ? own - start - size : 0))]);
  });
  return { leaves, contributions };
}

const operatorsOf = (value: Value): string[] =>
  topologicalOrder([value]).flatMap(one => (one.kind === 'applied' ? [one.operator] : []));

describe('contributions to a cotangent', () => {
  const cases: Readonly<Record<string, readonly [readonly Part[], readonly string[]]>> = {
    'are one when there is one': [[columns(0, 2)], ['Pad']],
    'to all parts are joined': [[columns(4, 2), columns(0, 2), columns(2, 2)], ['Concat']],
    'to neighbouring parts are joined amid zeros': [
      [columns(1, 2), columns(3, 2)],
      ['Concat', 'Pad'],
    ],
    'to one part are added before they are joined': [
      [rows(0, 2), rows(2, 2), rows(0, 2)],
      ['Add', 'Concat'],
    ],
    'to parts that lie apart are added': [
      [columns(0, 2), columns(4, 2)],
      ['Add', 'Pad', 'Pad'],
    ],
    'to parts that overlap are added': [
      [columns(0, 4), columns(2, 4)],
      ['Add', 'Pad', 'Pad'],
    ],
    'to the whole are added to the rest': [
      [columns(0, 6), rows(0, 1), rows(1, 3)],
      ['Add', 'Concat'],
    ],
  };
  for (const [name, [parts, expected]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(operatorsOf(sumOf(contributionsOf(parts).contributions)).sort(), expected));
  }

  it('have the sum that they would have amid zeros', () => {
    const part = fc
      .record({ axis: fc.integer({ min: 0, max: 1 }), start: fc.nat(5), size: fc.integer({ min: 1, max: 6 }) })
      .filter(({ axis, start, size }) => start + size <= SHAPE[axis]!);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), parts => {
        const { leaves, contributions } = contributionsOf(parts);
        const contents = leaves.map((leaf, index) => {
          const data = Float64Array.from({ length: elementCount(leaf.shape) }, (_, at) => (index + 1) * 100 + at);
          return [leaf, { shape: leaf.shape, data }] as const;
        });
        const [joined, plain] = evaluateReference([sumOf(contributions), total(contributions)!], new Map(contents));
        assert.deepEqual(joined, plain);
      }),
    );
  });
});
