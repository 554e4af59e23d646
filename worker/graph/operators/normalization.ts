/** Normalisation layers. Each has a reference of its own and is decomposed for its derivatives. */
import { elementCount } from '../../tensor.ts';
import {
  add,
  div,
  inverseDeviation,
  mean,
  mul,
  neg,
  reciprocal,
  reshape,
  sizeOf,
  sqrt,
  square,
  standardize,
  sub,
} from '../arithmetic.ts';
import type { AppliedValue, Value } from '../graph.ts';
import { broadcastShapes, broadcastStrides, forEachOffset, normalizeAxis } from '../shapes.ts';
import { type Attributes, type Dense, number, type Operator, ShapeMismatch, type ValueType } from '../types.ts';

const epsilonOf = (attributes: Attributes): number => number(attributes, 'epsilon');

/** A vector of one number a channel, in the shape that broadcasts along axis 1. */
const alongChannels = (vector: Value, rank: number): Value =>
  reshape(vector, [vector.shape[0]!, ...new Array<number>(rank - 2).fill(1)]);

/** x·weight + bias, of one number a channel each. */
const scaleChannels = (x: Value, weight: Value, bias: Value): Value =>
  add(mul(x, alongChannels(weight, x.shape.length)), alongChannels(bias, x.shape.length));

/** The axes of a value from `first` on. */
const axesFrom = (first: number, { shape }: { readonly shape: readonly number[] }): number[] =>
  [...shape.keys()].slice(first);

const runsOf = ({ attributes, inputs: [x] }: AppliedValue) => ({
  x: x!,
  axis: number(attributes, 'axis'),
  epsilon: epsilonOf(attributes),
});

/** Elements less their run's mean, and √(v + ε) of their mean square v. */
function centred(x: Value, axis: number, epsilon: number): { readonly distance: Value; readonly deviation: Value } {
  const axes = axesFrom(axis, x);
  const distance = sub(x, mean(x, axes));
  return { distance, deviation: sqrt(add(mean(square(distance), axes), epsilon)) };
}

/**
 * The Jacobian of standardisation, which is symmetric, times t: (t − mean(t) − y·mean(y·t))/d, with y the standardised
 * run and d its deviation.
 */
function standardizeTangent(t: Value, node: AppliedValue): Value {
  const { x, axis, epsilon } = runsOf(node);
  const axes = axesFrom(axis, x);
  const rest = sub(sub(t, mean(t, axes)), mul(node, mean(mul(node, t), axes)));
  return mul(rest, inverseDeviation(x, axis, epsilon));
}

function momentsOf(run: Float64Array): { readonly average: number; readonly variance: number } {
  const average = run.reduce((sum, value) => sum + value, 0) / run.length;
  return { average, variance: run.reduce((sum, value) => sum + (value - average) ** 2, 0) / run.length };
}

/** Every run of `length` elements, normalised to mean 0 and variance 1. */
function standardizedRuns(data: Float64Array, length: number, epsilon: number): Float64Array {
  const result = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += length) {
    const run = data.subarray(start, start + length);
    const { average, variance } = momentsOf(run);
    result.set(
      run.map(value => (value - average) / Math.sqrt(variance + epsilon)),
      start,
    );
  }
  return result;
}

/** Calls `f` with every element and the index of its channel (axis 1). */
function mapChannels(
  data: Float64Array,
  shape: readonly number[],
  f: (value: number, channel: number) => number,
): Float64Array {
  const size = elementCount(shape.slice(2));
  return data.map((value, index) => f(value, Math.floor(index / size) % shape[1]!));
}

const affine = (data: Float64Array, shape: readonly number[], weight: Dense, bias: Dense): Float64Array =>
  mapChannels(data, shape, (value, channel) => value * weight.data[channel]! + bias.data[channel]!);

/** The result is like the first input; the others have one number a channel (axis 1). */
function inferPerChannel([x, ...others]: readonly ValueType[]): ValueType {
  const channels = x!.shape[1];
  const odd = others.find(({ shape }) => shape.length !== 1 || shape[0] !== channels);
  if (odd) throw new ShapeMismatch(`axis 1 has ${channels} channels`);
  return { type: x!.type, shape: x!.shape };
}

export const normalizationOperators = {
  /**
   * Every run of the elements from an axis on, less its mean m and over its deviation: (x − m)/√(v + ε), with v the mean
   * squared distance from m. attributes: axis, epsilon.
   */
  Standardize: {
    infer: ([x]) => ({ type: x!.type, shape: x!.shape }),
    evaluate: ([x], attributes, { shape }) =>
      standardizedRuns(x!.data, elementCount(shape.slice(number(attributes, 'axis'))), epsilonOf(attributes)),
    gradient: (cotangent, node) => [standardizeTangent(cotangent, node)],
    tangent: ([t], node) => standardizeTangent(t!, node),
    lower(node) {
      const { x, axis, epsilon } = runsOf(node);
      return mul(centred(x, axis, epsilon).distance, inverseDeviation(x, axis, epsilon));
    },
  },

  /** 1/√(v + ε) of every run of Standardize, whose axes have size 1; attributes: axis, epsilon. */
  InverseDeviation: {
    infer: ([x], attributes) => ({
      type: x!.type,
      shape: x!.shape.map((size, axis) => (axis < number(attributes, 'axis') ? size : 1)),
    }),
    evaluate([x], attributes) {
      const length = elementCount(x!.shape.slice(number(attributes, 'axis')));
      return Float64Array.from({ length: x!.data.length / length }, (_, run) => {
        const { variance } = momentsOf(x!.data.subarray(run * length, (run + 1) * length));
        return 1 / Math.sqrt(variance + epsilonOf(attributes));
      });
    },
    // The tangent is −y·t/d² averaged over the run, with y the standardised run and d its deviation.
    gradient(cotangent, node) {
      const { x, axis, epsilon } = runsOf(node);
      const share = mul(mul(cotangent, square(node)), -sizeOf(node) / sizeOf(x));
      return [mul(standardize(x, axis, epsilon), share)];
    },
    tangent([t], node) {
      const { x, axis, epsilon } = runsOf(node);
      return neg(mul(mean(mul(standardize(x, axis, epsilon), t!), axesFrom(axis, x)), square(node)));
    },
    lower(node) {
      const { x, axis, epsilon } = runsOf(node);
      return reciprocal(centred(x, axis, epsilon).deviation);
    },
  },

  /** x, weight, bias, mean, variance, each of the last four one number a channel; attributes: epsilon. */
  BatchNormalization: {
    infer: inferPerChannel,
    evaluate: ([x, weight, bias, average, variance], attributes, { shape }) =>
      mapChannels(x!.data, shape, (value, channel) => {
        const deviation = Math.sqrt(variance!.data[channel]! + epsilonOf(attributes));
        return ((value - average!.data[channel]!) / deviation) * weight!.data[channel]! + bias!.data[channel]!;
      }),
    /** One scale and one shift a channel, made of vectors, so that only two operators see all elements. */
    decompose({ inputs: [x, weight, bias, average, variance], attributes }) {
      const scale = div(weight!, sqrt(add(variance!, epsilonOf(attributes))));
      return scaleChannels(x!, scale, sub(bias!, mul(average!, scale)));
    },
  },

  /** x, weight, bias; attributes: epsilon. */
  InstanceNormalization: {
    infer: inferPerChannel,
    evaluate([x, weight, bias], attributes, { shape }) {
      const runs = standardizedRuns(x!.data, elementCount(shape.slice(2)), epsilonOf(attributes));
      return affine(runs, shape, weight!, bias!);
    },
    decompose: ({ inputs: [x, weight, bias], attributes }) =>
      scaleChannels(standardize(x!, 2, epsilonOf(attributes)), weight!, bias!),
  },

  /** x, weight, bias; attributes: epsilon, num_groups. */
  GroupNormalization: {
    infer(inputs, attributes) {
      const { type, shape } = inferPerChannel(inputs);
      const groups = number(attributes, 'num_groups');
      if (shape[1]! % groups !== 0) throw new ShapeMismatch(`${shape[1]} channels are not ${groups} equal groups`);
      return { type, shape };
    },
    evaluate([x, weight, bias], attributes, { shape }) {
      const length = elementCount(shape.slice(1)) / number(attributes, 'num_groups');
      return affine(standardizedRuns(x!.data, length, epsilonOf(attributes)), shape, weight!, bias!);
    },
    decompose({ inputs: [x, weight, bias], attributes, shape }) {
      const groups = number(attributes, 'num_groups');
      const runs = reshape(x!, [shape[0]!, groups, elementCount(shape.slice(1)) / groups]);
      return scaleChannels(reshape(standardize(runs, 2, epsilonOf(attributes)), shape), weight!, bias!);
    },
  },

  /** x, weight and perhaps bias, which broadcast to x; attributes: axis, from which on x is normalised, and epsilon. */
  LayerNormalization: {
    infer([x, ...others], attributes) {
      normalizeAxis(number(attributes, 'axis'), x!.shape.length);
      const shape = broadcastShapes([x!, ...others].map(value => value.shape));
      if (shape.join() !== x!.shape.join()) throw new ShapeMismatch('weight and bias do not broadcast to the first');
      return { type: x!.type, shape };
    },
    evaluate([x, weight, bias], attributes, { shape }) {
      const axis = normalizeAxis(number(attributes, 'axis'), shape.length);
      const result = standardizedRuns(x!.data, elementCount(shape.slice(axis)), epsilonOf(attributes));
      forEachOffset(shape, broadcastStrides(weight!.shape, shape), 0, (index, offset) => {
        result[index]! *= weight!.data[offset]!;
      });
      if (!bias) return result;
      forEachOffset(shape, broadcastStrides(bias.shape, shape), 0, (index, offset) => {
        result[index]! += bias.data[offset]!;
      });
      return result;
    },
    decompose({ inputs: [x, weight, bias], attributes, shape }) {
      const axis = normalizeAxis(number(attributes, 'axis'), shape.length);
      const scaled = mul(standardize(x!, axis, epsilonOf(attributes)), weight!);
      return bias ? add(scaled, bias) : scaled;
    },
  },
} satisfies Record<string, Operator>;
