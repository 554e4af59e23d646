import assert from 'node:assert/strict';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { toDense } from '../../../worker/graph/dense.ts';
import { apply, type Graph, input } from '../../../worker/graph/graph.ts';
import { writeModel } from '../../../worker/graph/onnx/write.ts';
import { type OperatorName, operators } from '../../../worker/graph/operators/table.ts';
import { lower } from '../../../worker/graph/rewrite.ts';
import type { Attributes } from '../../../worker/graph/types.ts';
import { type DrawnCase, drawnCases } from './cases/cases.ts';
import { runModel } from './run.ts';

/** Relative to the largest element; float32 rounds to 6e-8. */
const TOLERANCE = 3e-6;

/** The operator's inferred type, and its float64 reference, against ONNX Runtime. */
async function check({ operator, attributes, tensors }: DrawnCase): Promise<void> {
  const leaves = tensors.map((tensor, index) => input(`in${index}`, tensor.dtype, tensor.shape));
  const value = apply(operator, leaves, attributes);
  const graph: Graph = { inputs: leaves, outputs: [{ name: 'out', value: lower([value])[0]! }] };
  const [result] = await runModel(
    writeModel(graph),
    Object.fromEntries(tensors.map((tensor, index) => [`in${index}`, tensor])),
  );
  assert.deepEqual({ type: value.type, shape: value.shape }, { type: result!.type, shape: result!.shape });

  // An operator without a reference fails the test that all have one.
  if (!operators[operator].evaluate) return;
  const [own] = evaluateReference([value], new Map(tensors.map((tensor, index) => [leaves[index]!, toDense(tensor)])));
  const theirs = Float64Array.from(result!.data, Number);
  assert.equal(own!.data.length, theirs.length);
  const scale = theirs.reduce((most, element) => Math.max(most, Math.abs(element)), 1);
  own!.data.forEach((element, index) => {
    const isNear = Math.abs(element - theirs[index]!) <= TOLERANCE * scale;
    assert.ok(isNear || Object.is(element, theirs[index]!), `element ${index}: ${element}, not ${theirs[index]}`);
  });
}

describe('operators', () => {
  for (const one of drawnCases) {
    it(`${one.title} is what ONNX Runtime makes of it`, () => check(one));
  }

  const misfits: readonly (readonly [OperatorName, readonly (readonly number[])[], Attributes, RegExp])[] = [
    ['Add', [[2, 3], [4]], {}, /sizes 3 and 4 do not broadcast/],
    [
      'MatMul',
      [
        [2, 3],
        [4, 5],
      ],
      {},
      /3 columns do not meet 4 rows/,
    ],
    ['Reshape', [[2, 3]], { shape: [4] }, /cannot be reshaped to \[4\]/],
    [
      'Concat',
      [
        [2, 3],
        [3, 3],
      ],
      { axis: 1 },
      /do not join along axis 1/,
    ],
    [
      'Conv',
      [
        [1, 3, 8],
        [4, 2, 3],
      ],
      { kernel_shape: [3], strides: [1], pads: [0, 0], dilations: [1], group: 1 },
      /takes 2 channels/,
    ],
    [
      'MaxPool',
      [[1, 1, 2]],
      { kernel_shape: [3], strides: [1], pads: [0, 0], dilations: [1], ceil_mode: 0 },
      /larger than the padded input/,
    ],
    ['BatchNormalization', [[1, 3, 2], [3], [2], [3], [3]], { epsilon: 0 }, /3 channels/],
  ];
  for (const [operator, shapes, attributes, message] of misfits) {
    it(`${operator} of ${shapes.map(shape => `[${shape}]`).join(' ')} is refused by name`, () => {
      const leaves = shapes.map((shape, index) => input(`in${index}`, 'float32', shape));
      assert.throws(
        () => apply(operator, leaves, attributes, '/layer/node'),
        error => {
          assert.match((error as Error).message, /node \/layer\/node/);
          assert.match((error as Error).message, message);
          return true;
        },
      );
    });
  }

  const lacking = (has: (name: OperatorName) => boolean): string[] =>
    (Object.keys(operators) as OperatorName[]).filter(name => !has(name));

  it('are all covered by a case', () => {
    const covered = new Set(drawnCases.map(({ operator }) => operator));
    assert.deepEqual(
      lacking(name => covered.has(name)),
      [],
    );
  });

  it('all have a float64 reference', () => {
    assert.deepEqual(
      lacking(name => Boolean(operators[name].evaluate)),
      [],
    );
  });

  it('all have both derivatives, or a way to others that do', () => {
    assert.deepEqual(
      lacking(name => {
        const { decompose, gradient, tangent } = operators[name];
        return Boolean(decompose || (gradient && tangent));
      }),
      [],
    );
  });
});
