import assert from 'node:assert/strict';
import { gaussians } from '../../../worker/direction/gaussian.ts';
import { toDense } from '../../../worker/graph/dense.ts';
import { type AppliedValue, apply, constant, type Graph, input, type Value } from '../../../worker/graph/graph.ts';
import { writeModel } from '../../../worker/graph/onnx/write.ts';
import { type OperatorName, operators } from '../../../worker/graph/operators/table.ts';
import type { Attributes, GraphType } from '../../../worker/graph/types.ts';
import { elementCount, type Tensor, tensorFromNumbers } from '../../../worker/tensor.ts';
import { runModel } from './run.ts';

/** An input: a shape of random float32 numbers, or a tensor. */
type Operand = readonly number[] | Tensor<GraphType>;

interface Case {
  readonly operator: OperatorName;
  readonly inputs: readonly Operand[];
  readonly attributes?: Attributes;
}

const int64 = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  tensorFromNumbers(values, 'int64', shape);
const bool = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  tensorFromNumbers(values, 'bool', shape);
const positive = (shape: readonly number[]) =>
  tensorFromNumbers(gaussians(['positive'], elementCount(shape)).map(Math.abs), 'float32', shape);

const binary = (['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max'] as const).flatMap((operator): Case[] => [
  { operator, inputs: [[2, 3], [3]] },
  {
    operator,
    inputs: [
      [2, 1, 4],
      [3, 1],
    ],
  },
  { operator, inputs: [int64([7, -7, 8, -9]), int64([2])] },
]);
const comparisons = (['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'] as const).map(
  (operator): Case => ({ operator, inputs: [int64([1, 2, 3]), int64([2])] }),
);
const logical = (['And', 'Or', 'Xor'] as const).map(
  (operator): Case => ({ operator, inputs: [bool([0, 0, 1, 1]), bool([0, 1, 0, 1])] }),
);
const unary = (
  [
    'Neg',
    'Abs',
    'Sign',
    'Floor',
    'Ceil',
    'Exp',
    'Sin',
    'Cos',
    'Reciprocal',
    'Relu',
    'Sigmoid',
    'Tanh',
    'Erf',
    'Softplus',
    'Softsign',
    'HardSwish',
    'Mish',
  ] as const
).map((operator): Case => ({ operator, inputs: [[2, 5]] }));
const reductions = (
  [
    'ReduceSum',
    'ReduceMean',
    'ReduceProd',
    'ReduceMax',
    'ReduceMin',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
  ] as const
).flatMap((operator): Case[] => [
  { operator, inputs: [[2, 3, 4]], attributes: { axes: [1], keepdims: 0 } },
  { operator, inputs: [[2, 3, 4]], attributes: { axes: [0, 2], keepdims: 1 } },
]);
const window = { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 0, 1], dilations: [1, 2] };
const pools = ([0, 1] as const).flatMap((ceil_mode): Case[] => [
  { operator: 'MaxPool', inputs: [[2, 3, 8, 7]], attributes: { ...window, ceil_mode } },
  {
    operator: 'MaxPool',
    inputs: [[1, 1, 5]],
    attributes: { kernel_shape: [2], strides: [2], pads: [0, 0], dilations: [1], ceil_mode },
  },
  { operator: 'AveragePool', inputs: [[2, 3, 8, 7]], attributes: { ...window, ceil_mode, count_include_pad: 1 } },
  // The last window would begin in the padding at the end, and so is none.
  {
    operator: 'AveragePool',
    inputs: [[1, 1, 4, 4]],
    attributes: {
      kernel_shape: [2, 2],
      strides: [3, 3],
      pads: [1, 1, 1, 1],
      dilations: [1, 1],
      ceil_mode,
      count_include_pad: 0,
    },
  },
]);

const cases: readonly Case[] = [
  ...binary,
  ...comparisons,
  ...logical,
  ...unary,
  ...reductions,
  ...pools,
  { operator: 'Not', inputs: [bool([0, 1])] },
  { operator: 'Pow', inputs: [positive([2, 3]), tensorFromNumbers([2], 'float32', [])] },
  { operator: 'Where', inputs: [bool([1, 0, 1]), [2, 3], [1]] },
  { operator: 'Round', inputs: [tensorFromNumbers([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.6], 'float32', [7])] },
  { operator: 'Sqrt', inputs: [positive([4])] },
  { operator: 'Log', inputs: [positive([4])] },
  { operator: 'LeakyRelu', inputs: [[5]], attributes: { alpha: 0.25 } },
  { operator: 'Elu', inputs: [[5]], attributes: { alpha: 2 } },
  { operator: 'Selu', inputs: [[5]], attributes: { alpha: 1.5, gamma: 1 } },
  { operator: 'HardSigmoid', inputs: [[5]], attributes: { alpha: 0.25, beta: 0.5 } },
  { operator: 'Gelu', inputs: [[5]], attributes: { approximate: 'none' } },
  { operator: 'Gelu', inputs: [[5]], attributes: { approximate: 'tanh' } },
  { operator: 'Clip', inputs: [[5]], attributes: { min: -0.5, max: 0.5 } },
  {
    operator: 'PRelu',
    inputs: [
      [2, 3, 4],
      [3, 1],
    ],
  },
  { operator: 'Cast', inputs: [tensorFromNumbers([-1.5, 0, 2.7], 'float32', [3])], attributes: { to: 'int64' } },
  { operator: 'Cast', inputs: [tensorFromNumbers([-1.5, 0, 2.7], 'float32', [3])], attributes: { to: 'bool' } },
  { operator: 'Reshape', inputs: [[2, 6]], attributes: { shape: [3, 1, 4] } },
  { operator: 'Transpose', inputs: [[2, 3, 4]], attributes: { perm: [2, 0, 1] } },
  { operator: 'Slice', inputs: [[5, 6]], attributes: { starts: [4, 1], steps: [-2, 2], sizes: [3, 2] } },
  { operator: 'Slice', inputs: [[5]], attributes: { starts: [1], steps: [1], sizes: [0] } },
  {
    operator: 'Concat',
    inputs: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    attributes: { axis: 1 },
  },
  { operator: 'Expand', inputs: [[3, 1]], attributes: { shape: [2, 3, 4] } },
  { operator: 'Gather', inputs: [[4, 3], int64([3, 0, -1, 2], [2, 2])], attributes: { axis: 0 } },
  { operator: 'Gather', inputs: [[2, 4, 3], int64([1], [])], attributes: { axis: 1 } },
  { operator: 'Pad', inputs: [[3, 4]], attributes: { pads: [1, 0, 0, 2], mode: 'constant', value: 0.5 } },
  { operator: 'Pad', inputs: [[3, 4]], attributes: { pads: [1, 2, 0, 1], mode: 'reflect', value: 0 } },
  { operator: 'Pad', inputs: [[3, 4]], attributes: { pads: [-1, 0, 0, -2], mode: 'constant', value: 0 } },
  { operator: 'Tile', inputs: [[2, 3]], attributes: { repeats: [2, 1] } },
  { operator: 'Trilu', inputs: [[2, 3, 4]], attributes: { upper: 1, k: 1 } },
  { operator: 'Trilu', inputs: [[3, 3]], attributes: { upper: 0, k: -1 } },
  { operator: 'Softmax', inputs: [[2, 3, 4]], attributes: { axis: 1 } },
  { operator: 'LogSoftmax', inputs: [[2, 3]], attributes: { axis: 1 } },
  {
    operator: 'MatMul',
    inputs: [
      [2, 3],
      [3, 4],
    ],
  },
  {
    operator: 'MatMul',
    inputs: [
      [5, 1, 2, 3],
      [4, 3, 2],
    ],
  },
  { operator: 'Conv', inputs: [[2, 4, 8, 7], [6, 2, 3, 2], [6]], attributes: { ...window, group: 2 } },
  {
    operator: 'Conv',
    inputs: [
      [1, 2, 9],
      [3, 2, 4],
    ],
    attributes: { kernel_shape: [4], strides: [2], pads: [1, 2], dilations: [1], group: 1 },
  },
  {
    operator: 'ConvTranspose',
    inputs: [[1, 4, 5, 4], [4, 3, 3, 2], [6]],
    attributes: { ...window, group: 2, output_padding: [1, 0] },
  },
  { operator: 'BatchNormalization', inputs: [[2, 3, 4], [3], [3], [3], positive([3])], attributes: { epsilon: 1e-3 } },
  { operator: 'InstanceNormalization', inputs: [[2, 3, 4], [3], [3]], attributes: { epsilon: 1e-3 } },
  { operator: 'GroupNormalization', inputs: [[2, 4, 3], [4], [4]], attributes: { epsilon: 1e-3, num_groups: 2 } },
  { operator: 'LayerNormalization', inputs: [[2, 3, 4], [4], [4]], attributes: { epsilon: 1e-3, axis: 2 } },
];

const operandTensor = (operand: Operand, index: number): Tensor<GraphType> =>
  'dtype' in operand
    ? operand
    : tensorFromNumbers(gaussians(['operand', index], elementCount(operand)), 'float32', operand);

/** The operator's inferred type, and what it computes while a graph is built, against ONNX Runtime. */
async function check({ operator, inputs, attributes = {} }: Case): Promise<void> {
  const tensors = inputs.map(operandTensor);
  const leaves = tensors.map((tensor, index) => input(`in${index}`, tensor.dtype, tensor.shape));
  const value = apply(operator, leaves, attributes) as AppliedValue;
  const graph: Graph = { inputs: leaves, outputs: [{ name: 'out', value }] };
  const [result] = await runModel(
    writeModel(graph),
    Object.fromEntries(tensors.map((tensor, index) => [`in${index}`, tensor])),
  );
  assert.deepEqual({ type: value.type, shape: value.shape }, { type: result!.type, shape: result!.shape });

  if (!operators[operator].evaluate) return;
  const folded: Value = apply(
    operator,
    tensors.map(tensor => constant(tensor)),
    attributes,
  );
  assert.equal(folded.kind, 'constant');
  const own = toDense((folded as { tensor: Tensor }).tensor).data;
  const theirs = Float64Array.from(result!.data, Number);
  assert.equal(own.length, theirs.length);
  own.forEach((element, index) => {
    const tolerance = 1e-6 * Math.max(1, Math.abs(theirs[index]!));
    assert.ok(Math.abs(element - theirs[index]!) <= tolerance, `element ${index}: ${element}, not ${theirs[index]}`);
  });
}

describe('operators', () => {
  for (const one of cases) {
    const shapes = one.inputs.map(operand => `[${'dtype' in operand ? operand.shape : operand}]`).join(' ');
    it(`${one.operator} of ${shapes} ${JSON.stringify(one.attributes ?? {})} is what ONNX Runtime makes of it`, () =>
      check(one));
  }

  it('are all covered by a case', () => {
    const covered = new Set(cases.map(({ operator }) => operator));
    assert.deepEqual(
      Object.keys(operators).filter(name => !covered.has(name as OperatorName)),
      [],
    );
  });

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
});
