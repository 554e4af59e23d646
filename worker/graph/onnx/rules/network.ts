/** Rules for the layers of networks. */
import { constant, scalar, type Value } from '../../graph.ts';
import { normalizeAxis } from '../../shapes.ts';
import type { OnnxNode } from '../node.ts';
import { type Rule, reshape, withFloats } from './shared.ts';

/** Kernel, strides, dilations and explicit pads of a sliding window over `size` spatial elements. */
function window(node: OnnxNode, x: Value, kernel: readonly number[]): Record<string, readonly number[]> {
  const size = x.shape.slice(2);
  const strides = node.ints('strides') ?? size.map(() => 1);
  const dilations = node.ints('dilations') ?? size.map(() => 1);
  return { kernel_shape: kernel, strides, dilations, pads: explicitPads(node, size, kernel, strides, dilations) };
}

/** `auto_pad` resolved: the ONNX specification's SAME_* give ⌈size/stride⌉ outputs, the odd element at the named end. */
function explicitPads(
  node: OnnxNode,
  size: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): readonly number[] {
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode === 'NOTSET') return node.ints('pads') ?? size.flatMap(() => [0, 0]);
  if (mode === 'VALID') return size.flatMap(() => [0, 0]);
  const totals = size.map((n, axis) =>
    Math.max((Math.ceil(n / strides[axis]!) - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1 - n, 0),
  );
  const small = totals.map(total => Math.floor(total / 2));
  const large = totals.map(total => Math.ceil(total / 2));
  return mode === 'SAME_LOWER' ? [...large, ...small] : [...small, ...large];
}

const pool =
  (operator: 'MaxPool' | 'AveragePool'): Rule =>
  node => {
    const x = node.input(0);
    if (node.outputCount > 1) throw node.refuse('Basin does not read the indices of a pooling layer.');
    const kernel = node.ints('kernel_shape');
    if (!kernel) throw node.refuse('attribute kernel_shape is missing.');
    const extra = operator === 'AveragePool' ? { count_include_pad: node.int('count_include_pad', 0) } : {};
    return node.apply(operator, [x], { ...window(node, x, kernel), ceil_mode: node.int('ceil_mode', 0), ...extra });
  };

/** α·A·B + β·C with A and B perhaps transposed (ONNX Gemm), written with MatMul. */
const gemm: Rule = node => {
  const matrix = (index: number, transposed: string) =>
    node.int(transposed, 0) ? node.apply('Transpose', [node.input(index)], { perm: [1, 0] }) : node.input(index);
  const scaled = (value: Value, factor: number) => (factor === 1 ? value : node.apply('Mul', [value, scalar(factor)]));
  const product = scaled(node.apply('MatMul', [matrix(0, 'transA'), matrix(1, 'transB')]), node.float('alpha', 1));
  const bias = node.inputs[2];
  return bias ? node.apply('Add', [product, scaled(bias, node.float('beta', 1))]) : product;
};

/** Matrix product with the vector forms of NumPy: a vector gains an axis, and the result loses it. */
const matMul: Rule = node => {
  const a = node.input(0);
  const b = node.input(1);
  const left = a.shape.length === 1 ? reshape(node, a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? reshape(node, b, [...b.shape, 1]) : b;
  const product = node.apply('MatMul', [left, right]);
  const shape = [...product.shape];
  if (b.shape.length === 1) shape.pop();
  if (a.shape.length === 1) shape.splice(shape.length - (b.shape.length === 1 ? 1 : 2), 1);
  return reshape(node, product, shape);
};

/** Statistics over the batch would make the loss no mean over examples, so training mode becomes evaluation mode. */
const batchNormalization: Rule = node => {
  if (node.int('training_mode', 0) || (node.opset < 14 && node.outputCount > 1)) {
    node.surroundings.note(`${node.name}: BatchNormalization in training mode was read in evaluation mode.`);
  }
  return node.apply(
    'BatchNormalization',
    [0, 1, 2, 3, 4].map(index => node.input(index)),
    {
      epsilon: node.float('epsilon', 1e-5),
    },
  );
};

const dropout: Rule = node => {
  const training = node.opset >= 12 && node.inputs[2] ? node.known(2, 'training_mode')![0] !== 0 : false;
  if (training) node.surroundings.note(`${node.name}: Dropout in training mode was read in evaluation mode.`);
  const mask = constant({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
  return [node.input(0), mask];
};

const convolution: Rule = node => {
  const x = node.input(0);
  const kernel = node.ints('kernel_shape') ?? node.input(1).shape.slice(2);
  return node.apply('Conv', node.present(), { ...window(node, x, kernel), group: node.int('group', 1) });
};

const convTranspose: Rule = node => {
  const x = node.input(0);
  if (node.has('output_shape') || node.text('auto_pad', 'NOTSET') !== 'NOTSET') {
    throw node.refuse('output_shape and auto_pad are not supported; export it with explicit pads.');
  }
  const kernel = node.ints('kernel_shape') ?? node.input(1).shape.slice(2);
  return node.apply('ConvTranspose', node.present(), {
    ...window(node, x, kernel),
    group: node.int('group', 1),
    output_padding: node.ints('output_padding') ?? kernel.map(() => 0),
  });
};

/** Before opset 21 GroupNormalization had one scale and bias a group. */
const groupNormalization: Rule = node => {
  const x = node.input(0);
  const groups = node.int('num_groups', 1);
  const channels = x.shape[1]!;
  const perChannel = (index: number): Value => {
    const value = node.input(index);
    if (node.opset >= 21 || value.shape[0] === channels) return value;
    const repeated = node.apply('Expand', [reshape(node, value, [groups, 1])], { shape: [groups, channels / groups] });
    return reshape(node, repeated, [channels]);
  };
  const attributes = { epsilon: node.float('epsilon', 1e-5), num_groups: groups };
  return node.apply('GroupNormalization', [x, perChannel(1), perChannel(2)], attributes);
};

const layerNormalization: Rule = node => {
  if (node.outputCount > 1) throw node.refuse('Basin does not read the mean and deviation of a LayerNormalization.');
  const x = node.input(0);
  return node.apply('LayerNormalization', node.present(), {
    axis: normalizeAxis(node.int('axis', -1), x.shape.length),
    epsilon: node.float('epsilon', 1e-5),
  });
};

export const networkRules: Readonly<Record<string, Rule>> = {
  Dropout: dropout,
  MatMul: matMul,
  Gemm: gemm,
  Conv: convolution,
  ConvTranspose: convTranspose,
  MaxPool: pool('MaxPool'),
  AveragePool: pool('AveragePool'),
  BatchNormalization: batchNormalization,
  InstanceNormalization: withFloats('InstanceNormalization', { epsilon: 1e-5 }),
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
};
