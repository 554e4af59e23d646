import assert from 'node:assert/strict';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { add, conv, mul } from '../../../worker/graph/arithmetic.ts';
import { toDense } from '../../../worker/graph/dense.ts';
import { input, parameter, topologicalOrder, type Value } from '../../../worker/graph/graph.ts';
import { joinConvolutions } from '../../../worker/graph/joining.ts';
import { contentsOf } from './cases/case.ts';

const windows = { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1], dilations: [1, 1], group: 1 };
const x = input('x', 'float32', [2, 3, 5, 4]);
const [first, second, third] = [2, 4, 1].map((outputs, index) => input(`w${index}`, 'float32', [outputs, 3, 3, 2])) as [
  Value,
  Value,
  Value,
];
const fixed = parameter('fixed', [2, 3, 3, 2]);
/** A weight that a convolution makes: [2, 1, …] by a 1×1 kernel. */
const made = conv(input('small', 'float32', [2, 1, 3, 2]), input('w', 'float32', [3, 1, 1, 1]), {
  ...windows,
  kernel_shape: [1, 1],
  strides: [1, 1],
  pads: [0, 0, 0, 0],
});

const cases: readonly (readonly [name: string, outputs: readonly Value[], convolutions: number])[] = [
  ['of one input become one', [first, second, third].map(weight => conv(x, weight, windows)), 1],
  ['that an operator joins, too', [add(conv(x, first, windows), conv(x, mul(first, 2), windows))], 1],
  ['of other windows stay', [conv(x, first, windows), conv(x, second, { ...windows, strides: [1, 1] })], 2],
  ['with a parameter as weight stay', [conv(x, first, windows), conv(x, fixed, windows)], 2],
  ['with a weight that a convolution makes stay', [conv(x, first, windows), conv(x, made, windows)], 3],
];

describe('convolutions', () => {
  for (const [name, outputs, convolutions] of cases) {
    it(name, () => {
      const joined = joinConvolutions(outputs);
      const nodes = topologicalOrder(joined).filter(value => value.kind === 'applied' && value.operator === 'Conv');
      assert.equal(nodes.length, convolutions);
      const leaves = new Map(
        topologicalOrder(outputs).flatMap(value =>
          value.kind === 'input' || value.kind === 'parameter'
            ? [[value, toDense(contentsOf(value.shape, value.name))] as const]
            : [],
        ),
      );
      assert.deepEqual(evaluateReference(joined, leaves), evaluateReference(outputs, leaves));
    });
  }
});
