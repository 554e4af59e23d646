import assert from 'node:assert/strict';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { sumAll } from '../../../worker/graph/arithmetic.ts';
import { gradient, tangent } from '../../../worker/graph/derivatives.ts';
import { apply, constant, type Graph, input, type Value } from '../../../worker/graph/graph.ts';
import { writeModel } from '../../../worker/graph/onnx/write.ts';
import type { OperatorName } from '../../../worker/graph/operators/table.ts';
import { runnable } from '../../../worker/graph/products.ts';
import { decompose } from '../../../worker/graph/rewrite.ts';
import type { Attributes, GraphType } from '../../../worker/graph/types.ts';
import { type Tensor, tensorFromNumbers } from '../../../worker/tensor.ts';
import { float, int64 } from './cases/case.ts';
import { runModel } from './run.ts';

interface Convention {
  readonly operator: OperatorName;
  /** The point, a vector unless a shape is given. */
  readonly x: readonly number[];
  readonly shape?: readonly number[];
  readonly others?: readonly Tensor<GraphType>[];
  readonly attributes?: Attributes;
  /** The gradient of the sum of all elements of the result; PyTorch's, where it has such an operator. */
  readonly gradient: readonly number[];
  /** The Hessian of the same sum times a vector of ones. */
  readonly hessianOfOnes?: readonly number[];
}

const over = { axes: [0], keepdims: 0 };

/** Points at which a derivative is a convention, or where a formula divides by zero. */
const conventions: readonly Convention[] = [
  { operator: 'Relu', x: [-1, 0, 1], gradient: [0, 0, 1] },
  { operator: 'Abs', x: [-1, 0, 1], gradient: [-1, 0, 1] },
  { operator: 'LeakyRelu', x: [-1, 0, 1], attributes: { alpha: 0.25 }, gradient: [0.25, 0.25, 1] },
  { operator: 'PRelu', x: [-1, 0, 1], others: [float([0.25])], gradient: [0.25, 0.25, 1] },
  { operator: 'Elu', x: [0, 1, 200], attributes: { alpha: 0.5 }, gradient: [0.5, 1, 1], hessianOfOnes: [0.5, 0, 0] },
  { operator: 'Clip', x: [-1, 0, 1, 2], attributes: { min: 0, max: 1 }, gradient: [0, 1, 1, 0] },
  { operator: 'HardSwish', x: [-4, -3, 3, 4], gradient: [0, -0.5, 1.5, 1] },
  { operator: 'Max', x: [1, 2, 3], others: [float([2, 2, 2])], gradient: [0, 0.5, 1] },
  { operator: 'Min', x: [1, 2, 3], others: [float([2, 2, 2])], gradient: [1, 0.5, 0] },
  { operator: 'Softplus', x: [-1000, 0, 1000], gradient: [0, 0.5, 1], hessianOfOnes: [0, 0.25, 0] },
  { operator: 'Sigmoid', x: [-1000, 1000], gradient: [0, 0], hessianOfOnes: [0, 0] },
  { operator: 'Pow', x: [-2, 0, 3], others: [float([2], [])], gradient: [-4, 0, 6], hessianOfOnes: [2, 2, 2] },
  { operator: 'Pow', x: [-2, 0, 3], others: [float([3], [])], gradient: [12, 0, 27], hessianOfOnes: [-12, 0, 18] },
  { operator: 'Pow', x: [-2, 0, 3], others: [float([1], [])], gradient: [1, 1, 1], hessianOfOnes: [0, 0, 0] },
  { operator: 'Pow', x: [-2, 0, 3], others: [float([0], [])], gradient: [0, 0, 0], hessianOfOnes: [0, 0, 0] },
  { operator: 'ReduceMax', x: [3, 1, 3], attributes: over, gradient: [0.5, 0, 0.5] },
  { operator: 'ReduceMin', x: [3, 1, 1], attributes: over, gradient: [0, 0.5, 0.5] },
  { operator: 'ReduceL1', x: [0, -2], attributes: over, gradient: [0, -1] },
  { operator: 'ReduceL2', x: [0, 0], attributes: over, gradient: [0, 0], hessianOfOnes: [0, 0] },
  { operator: 'ReduceL2', x: [0, 2], attributes: over, gradient: [0, 1], hessianOfOnes: [0.5, 0] },
  { operator: 'ReduceProd', x: [0, 2, 3], attributes: over, gradient: [6, 0, 0], hessianOfOnes: [5, 3, 2] },
  { operator: 'ReduceProd', x: [0, 0, 3], attributes: over, gradient: [0, 0, 0], hessianOfOnes: [3, 3, 0] },
  { operator: 'ReduceLogSumExp', x: [1000, 1000], attributes: over, gradient: [0.5, 0.5], hessianOfOnes: [0, 0] },
  { operator: 'LogSoftmax', x: [1000, 0], attributes: { axis: 0 }, gradient: [-1, 1], hessianOfOnes: [0, 0] },
  {
    operator: 'Gather',
    x: [5, 6, 7],
    others: [int64([2, -1, 0])],
    attributes: { axis: 0 },
    gradient: [1, 0, 2],
  },
  // A window of four equal elements: the first one wins, as in PyTorch.
  {
    operator: 'MaxPool',
    x: [1, 1, 1, 1],
    shape: [1, 1, 2, 2],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], ceil_mode: 0 },
    gradient: [1, 0, 0, 0],
  },
];

async function check({ operator, x, shape = [x.length], others = [], attributes = {}, ...expected }: Convention) {
  const leaf = input('x', 'float32', shape);
  const ones = constant(tensorFromNumbers(new Float64Array(x.length).fill(1), 'float32', shape));
  const [total] = decompose([sumAll(apply(operator, [leaf, ...others.map(other => constant(other))], attributes))]);
  const [first] = gradient(total!, [leaf]);
  const [second] = tangent([first!], new Map<Value, Value>([[leaf, ones]]));

  const wanted: [string, Value, readonly number[]][] = [['gradient', first!, expected.gradient]];
  if (expected.hessianOfOnes && second) wanted.push(['Hessian', second, expected.hessianOfOnes]);
  if (expected.hessianOfOnes && !second) assert.ok(expected.hessianOfOnes.every(element => element === 0));
  const values = wanted.map(([, value]) => value);
  const own = evaluateReference(values, new Map([[leaf, { shape, data: Float64Array.from(x) }]]));
  const graph: Graph = {
    inputs: [leaf],
    outputs: runnable(values).map((value, index) => ({ name: `out${index}`, value })),
  };
  const run = await runModel(writeModel(graph), { x: tensorFromNumbers(x, 'float32', shape) }, { optimized: true });
  wanted.forEach(([what, , numbers], index) => {
    for (const [engine, data] of [
      ['the reference', own[index]!.data],
      ['ONNX Runtime', Array.from(run[index]!.data, Number)],
    ] as const) {
      numbers.forEach((number, at) => {
        assert.ok(
          Math.abs(data[at]! - number) < 1e-6,
          `${what} by ${engine}, element ${at}: ${data[at]}, not ${number}`,
        );
      });
    }
  });
}

describe('derivatives where they are a convention', () => {
  for (const one of conventions) {
    const others = (one.others ?? []).map(({ data }) => ` and [${data.join(', ')}]`).join('');
    it(`of ${one.operator} at [${one.x.join(', ')}]${others}`, () => check(one));
  }
});
