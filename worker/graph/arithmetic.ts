/** Operators as functions, for the rules that write derivatives and for loss heads: `mul(x, y)` instead of `apply`. */
import { elementCount, tensorFromNumbers } from '../tensor.ts';
import { type AppliedValue, apply, type ConstantValue, constant, type Value } from './graph.ts';
import { transposedSizes } from './operators/windows.ts';
import { normalizeAxis } from './shapes.ts';
import { type Attributes, type GraphType, ints, number } from './types.ts';

/** A value, or a number that takes the other operand's type. */
export type Operand = Value | number;

/** A scalar of a value's element type. */
export const scalarLike = ({ type }: { readonly type: GraphType }, value: number): ConstantValue =>
  constant(tensorFromNumbers([value], type, []));

/** An int64 vector. */
export const integers = (values: readonly number[], shape: readonly number[] = [values.length]): ConstantValue =>
  constant(tensorFromNumbers(values, 'int64', shape));

function binary(operator: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow' | 'Min' | 'Max', a: Operand, b: Operand): Value {
  const typed = typeof a === 'number' ? b : a;
  if (typeof typed === 'number') throw new TypeError(`${operator} needs a value`);
  const operand = (value: Operand): Value => (typeof value === 'number' ? scalarLike(typed, value) : value);
  return apply(operator, [operand(a), operand(b)]);
}

const isNumber = (value: Operand, wanted: number): boolean =>
  typeof value === 'number'
    ? value === wanted
    : value.kind === 'constant' && value.shape.length === 0 && Number(value.tensor.data[0]) === wanted;

/** What a value is the negative of, where it is written so. */
const negated = (value: Operand): Value | null =>
  typeof value !== 'number' && value.kind === 'applied' && value.operator === 'Neg' ? value.inputs[0]! : null;

/** A sum; a negative is subtracted, so that it need not be computed. */
export function add(a: Operand, b: Operand): Value {
  const [left, right] = [negated(a), negated(b)];
  if (right) return sub(a, right);
  return left ? sub(b, left) : binary('Add', a, b);
}

/** A difference; a negative is added, so that it need not be computed. */
export function sub(a: Operand, b: Operand): Value {
  const right = negated(b);
  return right ? add(a, right) : binary('Sub', a, b);
}

/** A product; a factor of 1 leaves the other as it is. */
export function mul(a: Operand, b: Operand): Value {
  if (isNumber(b, 1) && typeof a !== 'number') return a;
  if (isNumber(a, 1) && typeof b !== 'number') return b;
  return binary('Mul', a, b);
}

export const div = (a: Operand, b: Operand): Value => binary('Div', a, b);
export const pow = (a: Value, exponent: Operand): Value => binary('Pow', a, exponent);
export const maximum = (a: Operand, b: Operand): Value => binary('Max', a, b);
export const square = (a: Value): Value => mul(a, a);
export const neg = (a: Value): Value => negated(a) ?? apply('Neg', [a]);
export const sqrt = (a: Value): Value => apply('Sqrt', [a]);
export const exp = (a: Value): Value => apply('Exp', [a]);
export const log = (a: Value): Value => apply('Log', [a]);
export const sin = (a: Value): Value => apply('Sin', [a]);
export const cos = (a: Value): Value => apply('Cos', [a]);
export const sinh = (a: Value): Value => apply('Sinh', [a]);
export const cosh = (a: Value): Value => apply('Cosh', [a]);
export const floor = (a: Value): Value => apply('Floor', [a]);
export const tanh = (a: Value): Value => apply('Tanh', [a]);
export const sigmoid = (a: Value): Value => apply('Sigmoid', [a]);
export const sign = (a: Value): Value => apply('Sign', [a]);
export const abs = (a: Value): Value => apply('Abs', [a]);
export const erf = (a: Value): Value => apply('Erf', [a]);
export const softplus = (a: Value): Value => apply('Softplus', [a]);
export const elu = (a: Value, alpha: number): Value => apply('Elu', [a], { alpha });
export const clip = (a: Value, min: number, max: number): Value => apply('Clip', [a], { min, max });
export const reciprocal = (a: Value): Value => apply('Reciprocal', [a]);

type Comparison = 'Equal' | 'Less' | 'LessOrEqual' | 'Greater' | 'GreaterOrEqual';

/** Compares element by element; the result is bool. */
export const compare = (comparison: Comparison, a: Value, b: Operand): Value =>
  apply(comparison, [a, typeof b === 'number' ? scalarLike(a, b) : b]);

/** `then` where the condition holds, `otherwise` elsewhere; one of the two may be a number. */
export function where(condition: Value, then: Operand, otherwise: Operand): Value {
  const typed = typeof then === 'number' ? otherwise : then;
  if (typeof typed === 'number') throw new TypeError('Where needs a value');
  const operand = (value: Operand): Value => (typeof value === 'number' ? scalarLike(typed, value) : value);
  return apply('Where', [condition, operand(then), operand(otherwise)]);
}

export const cast = (a: Value, to: GraphType): Value => (a.type === to ? a : apply('Cast', [a], { to }));

const isShape = (value: Value, shape: readonly number[]): boolean => value.shape.join() === shape.join();

/** The value in another shape of as many elements. */
export function reshape(a: Value, shape: readonly number[]): Value {
  if (isShape(a, shape)) return a;
  // A shape on the way to another one leaves no trace.
  const from = a.kind === 'applied' && a.operator === 'Reshape' ? a.inputs[0]! : a;
  return isShape(from, shape) ? from : apply('Reshape', [from], { shape });
}

/** The value with its axes in another order; result axis i is axis perm[i]. */
export function transpose(a: Value, perm: readonly number[]): Value {
  if (perm.every((axis, at) => axis === at)) return a;
  if (a.kind !== 'applied' || a.operator !== 'Transpose') return apply('Transpose', [a], { perm });
  const inner = a.attributes.perm as readonly number[];
  return transpose(
    a.inputs[0]!,
    perm.map(axis => inner[axis]!),
  );
}

/** The value with its last two axes exchanged. */
export function transposeMatrices(a: Value): Value {
  const perm = a.shape.map((_, axis) => axis);
  const rank = perm.length;
  perm.splice(rank - 2, 2, rank - 1, rank - 2);
  return transpose(a, perm);
}

/** Broadcasts to a shape. */
export const expand = (a: Value, shape: readonly number[]): Value =>
  isShape(a, shape) ? a : apply('Expand', [a], { shape });

/** A tensor of one number throughout. */
export const full = (value: number, { type, shape }: { readonly type: GraphType; readonly shape: readonly number[] }) =>
  expand(scalarLike({ type }, value), shape);

/** Elements start, start + step, … along one axis, `size` of them. */
export function slice(a: Value, axis: number, start: number, size: number, step = 1): Value {
  const at = normalizeAxis(axis, a.shape.length);
  if (start === 0 && size === a.shape[at] && step === 1) return a;
  return apply('Slice', [a], {
    starts: a.shape.map((_, index) => (index === at ? start : 0)),
    steps: a.shape.map((_, index) => (index === at ? step : 1)),
    sizes: a.shape.map((own, index) => (index === at ? size : own)),
  });
}

/** The value turned around along axes. */
export function reverse(a: Value, axes: readonly number[]): Value {
  if (axes.every(axis => a.shape[axis] === 1)) return a;
  return apply('Slice', [a], {
    starts: a.shape.map((size, axis) => (axes.includes(axis) ? size - 1 : 0)),
    steps: a.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1)),
    sizes: a.shape,
  });
}

/** Values one after another along an axis. */
export const concat = (values: readonly Value[], axis: number): Value =>
  values.length === 1 ? values[0]! : apply('Concat', values, { axis });

/** As many zeros as a value has elements, but `size` of them along an axis. */
export const zerosAlong = ({ type, shape }: Value, axis: number, size: number): Value =>
  full(0, { type, shape: shape.map((own, at) => (at === axis ? size : own)) });

/** A value with zeros behind it along an axis, up to a size. */
export function fillUp(a: Value, axis: number, size: number): Value {
  const missing = size - a.shape[axis]!;
  return missing === 0 ? a : concat([a, zerosAlong(a, axis, missing)], axis);
}

/** Zeros around a value (starts of all axes, then ends; negative ones crop). */
export function pad(a: Value, pads: readonly number[]): Value {
  const rank = a.shape.length;
  if (pads.some(count => count > 0)) return apply('Pad', [a], { pads, mode: 'constant', value: 0 });
  return a.shape.reduce(
    (value: Value, size, axis) => slice(value, axis, -pads[axis]!, size + pads[axis]! + pads[axis + rank]!),
    a,
  );
}

/** What happens to an element that is written to: it is replaced or added to. */
export type Reduction = 'none' | 'add';

/** Elements of a value along an axis; the indices have as many axes as the value. */
export const gatherElements = (a: Value, indices: Value, axis: number): Value =>
  apply('GatherElements', [a, indices], { axis });

/** The value with updates written or added where indices along an axis say. */
export const scatterElements = (a: Value, indices: Value, updates: Value, axis: number, reduction: Reduction): Value =>
  apply('ScatterElements', [a, indices, updates], { axis, reduction });

/** Parts of a value that vectors of indices name, which lie along the last axis of `indices`. */
export const gatherNd = (a: Value, indices: Value): Value => apply('GatherND', [a, cast(indices, 'int64')]);

/** The value with updates written over or added to the parts that vectors of indices name. */
export const scatterNd = (a: Value, indices: Value, updates: Value, reduction: Reduction): Value =>
  apply('ScatterND', [a, cast(indices, 'int64'), updates], { reduction });

/** The sums along an axis of all elements up to each one, or from each one on where reversed. */
export const cumulativeSum = (a: Value, attributes: Attributes): Value => apply('CumSum', [a], attributes);

const reduce = (operator: 'ReduceSum' | 'ReduceMean' | 'ReduceMax', a: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? a : apply(operator, [a], { axes, keepdims: 1 });

/** The sum along axes, which stay with size 1. */
export const sum = (a: Value, axes: readonly number[]): Value => reduce('ReduceSum', a, axes);

/** The mean along axes, which stay with size 1. */
export const mean = (a: Value, axes: readonly number[]): Value => reduce('ReduceMean', a, axes);

/** The sum of all elements, a scalar. */
export const sumAll = (a: Value): Value =>
  reshape(
    sum(
      a,
      a.shape.map((_, axis) => axis),
    ),
    [],
  );

/** The sum of each row of the leading axis, as a vector. */
export const sumRows = (a: Value): Value =>
  reshape(
    sum(
      a,
      a.shape.flatMap((_, axis) => (axis > 0 ? [axis] : [])),
    ),
    [a.shape[0]!],
  );

/** The softmax along an axis. */
export const softmax = (a: Value, axis: number): Value => apply('Softmax', [a], { axis });

/** The logarithm of the softmax along an axis. */
export const logSoftmax = (a: Value, axis: number): Value => apply('LogSoftmax', [a], { axis });

/** Batched matrix product; the leading axes broadcast. */
export const matMul = (a: Value, b: Value): Value => apply('MatMul', [a, b]);

/** What a convolution's attributes say of its windows: kernel_shape, strides, pads, dilations and group. */
const windowsOf = (attributes: Attributes): Attributes => ({
  kernel_shape: ints(attributes, 'kernel_shape'),
  strides: ints(attributes, 'strides'),
  pads: ints(attributes, 'pads'),
  dilations: ints(attributes, 'dilations'),
  group: number(attributes, 'group'),
});

/** The convolution of [n, in, …] with a weight [out, in/group, …], and a number added to each channel of the result. */
export const conv = (x: Value, weight: Value, windows: Attributes, bias?: Value): Value =>
  apply('Conv', bias ? [x, weight, bias] : [x, weight], windowsOf(windows));

/** The transpose of `conv` in its first argument, which has sizes `spatial`; rows that no window reached are zero. */
export function convTranspose(y: Value, weight: Value, windows: Attributes, spatial: readonly number[]): Value {
  const reached = transposedSizes(y.shape.slice(2), windows);
  const output_padding = spatial.map((size, axis) => size - reached[axis]!);
  return apply('ConvTranspose', [y, weight], { ...windowsOf(windows), output_padding });
}

/** The transpose of `conv` in its second argument. */
export const convWeightGradient = (x: Value, y: Value, windows: Attributes): Value =>
  apply('ConvWeightGradient', [x, y], windowsOf(windows));

/** The elements from an axis on, with mean 0 and variance 1 but for ε. */
export const standardize = (x: Value, axis: number, epsilon: number): Value =>
  apply('Standardize', [x], { axis, epsilon });

/** What `standardize` multiplies distances from the mean with. */
export const inverseDeviation = (x: Value, axis: number, epsilon: number): Value =>
  apply('InverseDeviation', [x], { axis, epsilon });

/** For each window of a max pooling the index of its largest element, flat over the whole value. */
export const maxPoolIndices = (x: Value, windows: Attributes): Value => apply('MaxPoolIndices', [x], windows);

/** Means over windows; attributes of AveragePool or of its transpose. */
export function averagePool(x: Value, { sizes: _, ...windows }: Attributes): Value {
  return apply('AveragePool', [x], windows);
}

/** The transpose of `averagePool`, whose argument has sizes `spatial`. */
export const averagePoolGradient = (y: Value, windows: Attributes, spatial: readonly number[]): Value =>
  apply('AveragePoolGradient', [y], { ...windows, sizes: spatial });

/**
 * Undoes broadcasting: sums a value over the axes along which `shape` was broadcast to the value's shape.
 * It is the transpose of `expand`.
 */
export function sumTo(a: Value, shape: readonly number[]): Value {
  const lead = a.shape.length - shape.length;
  const axes = a.shape.flatMap((size, axis) => (axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : []));
  return reshape(sum(a, axes), shape);
}

/** The sum of what is there; null, which is zero, where nothing is. */
export function total(values: readonly (Value | null)[]): Value | null {
  let result: Value | null = null;
  for (const value of values) {
    if (value) result = result ? add(result, value) : value;
  }
  return result;
}

/** The node's own operator and attributes on other inputs. */
export const again = (node: AppliedValue, inputs: readonly Value[], attributes: Attributes = node.attributes): Value =>
  apply(node.operator, inputs, attributes, node.name);

/** Elements of a value. */
export const sizeOf = (a: Value): number => elementCount(a.shape);
