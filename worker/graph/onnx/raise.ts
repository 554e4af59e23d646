/**
 * How each operator of an ONNX file is raised to the canonical set, whatever version of it the file means.
 * One entry an operator; an operator without an entry is refused by name.
 */
import { elementCount, tensorFromNumbers } from '../../tensor.ts';
import { type ConstantValue, constant, scalar, type Value } from '../graph.ts';
import type { OperatorName } from '../operators/table.ts';
import { broadcastShapes, normalizeAxis } from '../shapes.ts';
import type { Attributes, GraphType } from '../types.ts';
import { toGraphTensor } from './convert.ts';
import type { OnnxNode } from './node.ts';
import { DATA_TYPE } from './schema.ts';

type Rule = (node: OnnxNode) => Value | readonly Value[];

/** An operator that means the same in every version and takes no attributes. */
const same =
  (operator: OperatorName): Rule =>
  node =>
    node.apply(operator, node.present());

/** An operator with float attributes and their defaults. */
const withFloats =
  (operator: OperatorName, defaults: Readonly<Record<string, number>>): Rule =>
  node =>
    node.apply(
      operator,
      node.present(),
      Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, node.float(name, value)])),
    );

const int64 = (values: readonly number[], shape: readonly number[] = [values.length]): ConstantValue =>
  constant(tensorFromNumbers(values, 'int64', shape));

const reshape = (node: OnnxNode, value: Value, shape: readonly number[]): Value =>
  shape.join() === value.shape.join() ? value : node.apply('Reshape', [value], { shape });

const allAxes = (value: Value): number[] => value.shape.map((_, axis) => axis);

const spatialAxes = (value: Value): number[] => allAxes(value).slice(2);

/** Applies an operator of two inputs pairwise along a list: Sum, Min, Max take any number of inputs. */
const folded =
  (operator: OperatorName): Rule =>
  node =>
    node.present().reduce((left, right) => node.apply(operator, [left, right]));

/** Axes as an attribute (before opset `since`) or as an input (from then on). */
function axesOf(node: OnnxNode, since: number): readonly number[] | null {
  return node.opset < since ? node.ints('axes') : node.known(1, 'the list of axes');
}

/** A reduction: its axes became an input in opset 13 (ReduceSum) or 18 (the others). */
const reduction =
  (operator: OperatorName, since: number): Rule =>
  node => {
    const x = node.input(0);
    const axes = axesOf(node, since) ?? [];
    if (axes.length === 0 && node.int('noop_with_empty_axes', 0)) return x;
    return node.apply(operator, [x], {
      axes: axes.length > 0 ? axes.map(axis => normalizeAxis(axis, x.shape.length)) : allAxes(x),
      keepdims: node.int('keepdims', 1),
    });
  };

/** Softmax and its kin: before opset 13 the input is flattened to two axes at `axis`, and the default axis is 1. */
const softmax =
  (operator: 'Softmax' | 'LogSoftmax'): Rule =>
  node => {
    const x = node.input(0);
    const axis = normalizeAxis(node.int('axis', node.opset < 13 ? 1 : -1), x.shape.length);
    if (node.opset >= 13 || axis === x.shape.length - 1) return node.apply(operator, [x], { axis });
    const rows = elementCount(x.shape.slice(0, axis));
    const flat = reshape(node, x, [rows, elementCount(x.shape.slice(axis))]);
    return reshape(node, node.apply(operator, [flat], { axis: 1 }), x.shape);
  };

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

const globalPool =
  (operator: OperatorName): Rule =>
  node =>
    node.apply(operator, [node.input(0)], { axes: spatialAxes(node.input(0)), keepdims: 1 });

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

/** The target of a Reshape: 0 copies a size, −1 is what remains; a batch size written into it follows the sample's. */
const reshapeRule: Rule = node => {
  const x = node.input(0);
  const target = [...(node.known(1, 'the shape of a Reshape') ?? [])];
  const { rebatch } = node.surroundings;
  if (rebatch && target[0] === rebatch.declared && x.shape[0] === rebatch.actual) {
    const rest = target.slice(1);
    const rowSize = elementCount(x.shape.slice(1));
    // Row-major order keeps each example's elements together exactly if a row's size stays what it was.
    if (rest.includes(-1) || elementCount(rest) === rowSize) target[0] = rebatch.actual;
  }
  const sizes = target.map((size, axis) => (size === 0 && !node.int('allowzero', 0) ? (x.shape[axis] ?? 0) : size));
  const free = sizes.indexOf(-1);
  if (free >= 0) sizes[free] = elementCount(x.shape) / -elementCount(sizes);
  return reshape(node, x, sizes);
};

const slice: Rule = node => {
  const x = node.input(0);
  const rank = x.shape.length;
  const asInputs = node.opset >= 10;
  const starts = asInputs ? node.known(1, 'the start of a Slice') : node.ints('starts');
  const ends = asInputs ? node.known(2, 'the end of a Slice') : node.ints('ends');
  if (!starts || !ends) throw node.refuse('starts or ends are missing.');
  const axes = (asInputs ? node.known(3, 'the axes of a Slice') : node.ints('axes')) ?? starts.map((_, index) => index);
  const steps = (asInputs ? node.known(4, 'the steps of a Slice') : null) ?? starts.map(() => 1);
  const attributes = { starts: x.shape.map(() => 0), steps: x.shape.map(() => 1), sizes: [...x.shape] };
  axes.forEach((given, index) => {
    const axis = normalizeAxis(given, rank);
    const size = x.shape[axis]!;
    const step = steps[index]!;
    const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const start = step > 0 ? clamp(starts[index]!, 0, size) : clamp(starts[index]!, 0, size - 1);
    const end = step > 0 ? clamp(ends[index]!, 0, size) : clamp(ends[index]!, -1, size - 1);
    attributes.starts[axis] = start;
    attributes.steps[axis] = step;
    attributes.sizes[axis] = Math.max(0, Math.ceil((end - start) / step));
  });
  return node.apply('Slice', [x], attributes);
};

const split: Rule = node => {
  const x = node.input(0);
  const axis = normalizeAxis(node.int('axis', 0), x.shape.length);
  const size = x.shape[axis]!;
  const even = Math.ceil(size / node.outputCount);
  const sizes =
    (node.opset < 13 ? node.ints('split') : node.known(1, 'the sizes of a Split')) ??
    Array.from({ length: node.outputCount }, (_, index) => Math.min(even, size - index * even));
  let start = 0;
  return sizes.map(length => {
    const part = node.apply('Slice', [x], {
      starts: x.shape.map((_, at) => (at === axis ? start : 0)),
      steps: x.shape.map(() => 1),
      sizes: x.shape.map((old, at) => (at === axis ? length : old)),
    });
    start += length;
    return part;
  });
};

const squeeze: Rule = node => {
  const x = node.input(0);
  const axes = axesOf(node, 13)?.map(axis => normalizeAxis(axis, x.shape.length));
  return reshape(
    node,
    x,
    x.shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)),
  );
};

const unsqueeze: Rule = node => {
  const x = node.input(0);
  const given = axesOf(node, 13) ?? [];
  const rank = x.shape.length + given.length;
  const axes = new Set(given.map(axis => normalizeAxis(axis, rank)));
  const sizes = x.shape[Symbol.iterator]();
  return reshape(
    node,
    x,
    Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : sizes.next().value!)),
  );
};

const flatten: Rule = node => {
  const x = node.input(0);
  const given = node.int('axis', 1);
  const axis = given < 0 ? given + x.shape.length : given;
  return reshape(node, x, [elementCount(x.shape.slice(0, axis)), elementCount(x.shape.slice(axis))]);
};

const pad: Rule = node => {
  const x = node.input(0);
  const rank = x.shape.length;
  const asInputs = node.opset >= 11;
  const given = asInputs ? node.known(1, 'the width of a padding') : node.ints('pads');
  if (!given) throw node.refuse('pads are missing.');
  const value = asInputs ? (node.known(2, 'the value of a padding')?.[0] ?? 0) : node.float('value', 0);
  const axes = (asInputs ? node.known(3, 'the axes of a padding') : null) ?? allAxes(x);
  const pads = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, index) => {
    pads[normalizeAxis(axis, rank)] = given[index]!;
    pads[normalizeAxis(axis, rank) + rank] = given[index + axes.length]!;
  });
  if (pads.every(width => width === 0)) return x;
  const mode = node.text('mode', 'constant');
  if (mode === 'wrap') throw node.refuse('padding mode wrap is not supported; use constant, reflect or edge.');
  return node.apply('Pad', [x], { pads, mode, value });
};

/** Bounds were attributes before opset 11 and are optional inputs since. */
const clip: Rule = node => {
  const asInputs = node.opset >= 11;
  const min = asInputs ? node.known(1, 'the bounds of a Clip')?.[0] : node.float('min', Number.NEGATIVE_INFINITY);
  const max = asInputs ? node.known(2, 'the bounds of a Clip')?.[0] : node.float('max', Number.POSITIVE_INFINITY);
  return node.apply('Clip', [node.input(0)], {
    min: min ?? Number.NEGATIVE_INFINITY,
    max: max ?? Number.POSITIVE_INFINITY,
  });
};

/** Every floating type is float32 in Basin's graphs. */
function castTarget(node: OnnxNode, code: number): GraphType {
  switch (code) {
    case DATA_TYPE.float32:
    case DATA_TYPE.float64:
    case DATA_TYPE.float16:
    case DATA_TYPE.bfloat16:
      return 'float32';
    case DATA_TYPE.int64:
      return 'int64';
    case DATA_TYPE.int32:
      return 'int32';
    case DATA_TYPE.uint8:
      return 'uint8';
    case DATA_TYPE.bool:
      return 'bool';
    default:
      throw node.refuse(`a cast to ONNX element type ${code} is not supported.`);
  }
}

const cast = (node: OnnxNode, value: Value, to: GraphType): Value =>
  value.type === to ? value : node.apply('Cast', [value], { to });

const shape: Rule = node => {
  const sizes = node.input(0).shape;
  const start = node.int('start', 0);
  return int64(sizes.slice(start, node.has('end') ? node.int('end', 0) : sizes.length));
};

const constantRule: Rule = node => {
  const tensor = node.tensor('value');
  if (tensor)
    return constant(
      toGraphTensor(tensor, problem => node.refuse(problem)),
      node.name,
    );
  if (node.has('value_float')) return scalar(node.float('value_float', 0));
  if (node.has('value_int')) return int64([node.int('value_int', 0)], []);
  const floats = node.floats('value_floats');
  if (floats) return constant(tensorFromNumbers(floats, 'float32', [floats.length]));
  const integers = node.ints('value_ints');
  if (integers) return int64(integers);
  throw node.refuse('its value is sparse or text, which Basin does not read.');
};

const constantOfShape: Rule = node => {
  const sizes = node.known(0, 'the shape of a ConstantOfShape') ?? [];
  const value = node.tensor('value') ?? tensorFromNumbers([0], 'float32', [1]);
  const one = constant(toGraphTensor(value, problem => node.refuse(problem)));
  return node.apply('Expand', [reshape(node, one, [])], { shape: sizes });
};

const range: Rule = node => {
  const [start, limit, delta] = [0, 1, 2].map(index => node.known(index, 'a Range')![0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  const values = Array.from({ length: count }, (_, index) => start + index * delta);
  const { type } = node.input(0);
  return constant(tensorFromNumbers(values, type, [count]));
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

/** PRelu's slope has one number a channel without the batch axis, which must not shift under broadcasting. */
const pRelu: Rule = node => {
  const x = node.input(0);
  const slope = node.input(1);
  const perChannel = slope.shape.length === 1 && slope.shape[0] !== 1 && x.shape.length > 2;
  const full = perChannel ? reshape(node, slope, [slope.shape[0]!, ...spatialAxes(x).map(() => 1)]) : slope;
  return node.apply('PRelu', [x, full]);
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

const transpose: Rule = node => {
  const x = node.input(0);
  return node.apply('Transpose', [x], { perm: node.ints('perm') ?? allAxes(x).reverse() });
};

const expand: Rule = node => {
  const x = node.input(0);
  const target = node.known(1, 'the shape of an Expand') ?? [];
  const sizes = broadcastShapes([x.shape, target]);
  return sizes.join() === x.shape.join() ? x : node.apply('Expand', [x], { shape: sizes });
};

const tile: Rule = node =>
  node.apply('Tile', [node.input(0)], { repeats: node.known(1, 'the repeats of a Tile') ?? [] });

const withAxis =
  (operator: 'Concat' | 'Gather', otherwise: number): Rule =>
  node => {
    const attributes: Attributes = { axis: normalizeAxis(node.int('axis', otherwise), node.input(0).shape.length) };
    return node.apply(operator, node.present(), attributes);
  };

const trilu: Rule = node =>
  node.apply('Trilu', [node.input(0)], { upper: node.int('upper', 1), k: node.known(1, 'k of a Trilu')?.[0] ?? 0 });

/** Takes the mean of its inputs. */
const mean: Rule = node => {
  const total = node.present().reduce((left, right) => node.apply('Add', [left, right]));
  return node.apply('Mul', [total, scalar(1 / node.present().length)]);
};

export const rules: Readonly<Record<string, Rule>> = {
  Add: same('Add'),
  Sub: same('Sub'),
  Mul: same('Mul'),
  Div: same('Div'),
  Pow: same('Pow'),
  Min: folded('Min'),
  Max: folded('Max'),
  Sum: folded('Add'),
  Mean: mean,
  Where: same('Where'),
  Equal: same('Equal'),
  Less: same('Less'),
  LessOrEqual: same('LessOrEqual'),
  Greater: same('Greater'),
  GreaterOrEqual: same('GreaterOrEqual'),
  And: same('And'),
  Or: same('Or'),
  Xor: same('Xor'),
  Not: same('Not'),
  Neg: same('Neg'),
  Abs: same('Abs'),
  Sign: same('Sign'),
  Floor: same('Floor'),
  Ceil: same('Ceil'),
  Round: same('Round'),
  Sqrt: same('Sqrt'),
  Exp: same('Exp'),
  Log: same('Log'),
  Sin: same('Sin'),
  Cos: same('Cos'),
  Erf: same('Erf'),
  Reciprocal: same('Reciprocal'),

  Relu: same('Relu'),
  Sigmoid: same('Sigmoid'),
  Tanh: same('Tanh'),
  Softplus: same('Softplus'),
  Softsign: same('Softsign'),
  HardSwish: same('HardSwish'),
  Mish: same('Mish'),
  LeakyRelu: withFloats('LeakyRelu', { alpha: 0.01 }),
  Elu: withFloats('Elu', { alpha: 1 }),
  Selu: withFloats('Selu', { alpha: 1.6732631921768188, gamma: 1.0507010221481323 }),
  HardSigmoid: withFloats('HardSigmoid', { alpha: 0.2, beta: 0.5 }),
  Gelu: node => node.apply('Gelu', [node.input(0)], { approximate: node.text('approximate', 'none') }),
  PRelu: pRelu,
  Clip: clip,
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),

  Identity: node => node.input(0),
  Dropout: dropout,
  Constant: constantRule,
  ConstantOfShape: constantOfShape,
  Range: range,
  Shape: shape,
  Size: node => int64([elementCount(node.input(0).shape)], []),
  Cast: node => cast(node, node.input(0), castTarget(node, node.int('to', 0))),
  CastLike: node => cast(node, node.input(0), node.input(1).type),

  Reshape: reshapeRule,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Slice: slice,
  Split: split,
  Concat: withAxis('Concat', 0),
  Gather: withAxis('Gather', 0),
  Expand: expand,
  Tile: tile,
  Pad: pad,
  Trilu: trilu,

  ReduceSum: reduction('ReduceSum', 13),
  ReduceMean: reduction('ReduceMean', 18),
  ReduceMax: reduction('ReduceMax', 18),
  ReduceMin: reduction('ReduceMin', 18),
  ReduceProd: reduction('ReduceProd', 18),
  ReduceL1: reduction('ReduceL1', 18),
  ReduceL2: reduction('ReduceL2', 18),
  ReduceSumSquare: reduction('ReduceSumSquare', 18),

  MatMul: matMul,
  Gemm: gemm,
  Conv: convolution,
  ConvTranspose: convTranspose,
  MaxPool: pool('MaxPool'),
  AveragePool: pool('AveragePool'),
  GlobalAveragePool: globalPool('ReduceMean'),
  GlobalMaxPool: globalPool('ReduceMax'),
  BatchNormalization: batchNormalization,
  InstanceNormalization: withFloats('InstanceNormalization', { epsilon: 1e-5 }),
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
};
