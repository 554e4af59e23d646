/** Normalisations. */
import { at, moments, type Numbers, tabulate } from '../numbers.ts';
import { B, type Definition, images, steps } from './definition.ts';

const { sqrt } = Math;

/** Each example's and step's vector of an array [b, t, …]. */
const vector = (x: Numbers, b: number, t: number): number[] =>
  Array.from({ length: x.shape[2]! }, (_, c) => at(x, b, t, c));

/** (x − mean)/√(variance + ε)·γ + β of the elements of x that `same` finds in one group with an element. */
const normalized = (
  x: Numbers,
  same: (index: readonly number[], other: readonly number[]) => boolean,
  epsilon: number,
  affine: (value: number, index: readonly number[]) => number,
): Numbers =>
  tabulate(x.shape, (...index) => {
    const group: number[] = [];
    tabulate(x.shape, (...other) => {
      if (same(index, other)) group.push(at(x, ...other));
      return 0;
    });
    const { mean, variance } = moments(group);
    return affine((at(x, ...index) - mean) / sqrt(variance + epsilon), index);
  });

/** BatchNormalization in evaluation mode along an axis. */
const batchNormalization = (axis: number): Definition => {
  const size = images[axis]!;
  const path = (index: number) => `batch_normalization/vars/${index}`;
  return {
    layer: { class_name: 'BatchNormalization', config: { axis, epsilon: 0.01 } },
    inputs: [images],
    weights: Object.fromEntries([0, 1, 2, 3].map(index => [path(index), [size]])),
    positive: [path(3)],
    expected: ([x], [gamma, beta, mean, variance]) =>
      tabulate(images, (...index) => {
        const c = index[axis]!;
        const scaled = (at(x!, ...index) - at(mean!, c)) / sqrt(at(variance!, c) + 0.01);
        return scaled * at(gamma!, c) + at(beta!, c);
      }),
  };
};

/** GroupNormalization with two groups along an axis. */
const groupNormalization = (axis: number, isAffine = true): Definition => {
  const size = images[axis]!;
  const groupOf = (index: readonly number[]) => Math.floor(index[axis]! / (size / 2));
  return {
    layer: {
      class_name: 'GroupNormalization',
      config: { groups: 2, axis: axis === 3 ? -1 : axis, epsilon: 0.01, scale: isAffine, center: isAffine },
    },
    inputs: [images],
    weights: isAffine ? { 'group_normalization/vars/0': [size], 'group_normalization/vars/1': [size] } : {},
    expected: ([x], [gamma, beta]) =>
      normalized(
        x!,
        (a, b) => a[0] === b[0] && groupOf(a) === groupOf(b),
        0.01,
        (value, index) => (gamma && beta ? value * at(gamma, index[axis]!) + at(beta, index[axis]!) : value),
      ),
  };
};

export const normalizations: Readonly<Record<string, Definition>> = {
  'BatchNormalization along the first axis': batchNormalization(1),
  'BatchNormalization along a middle axis': batchNormalization(2),
  'BatchNormalization along the last axis': batchNormalization(3),
  GroupNormalization: groupNormalization(3),
  'GroupNormalization along the first axis': groupNormalization(1),
  'GroupNormalization without scale and centre': groupNormalization(3, false),
  'GroupNormalization of vectors': {
    layer: { class_name: 'GroupNormalization', config: { groups: 2, axis: -1 } },
    inputs: [[B, 6]],
    weights: { 'group_normalization/vars/0': [6], 'group_normalization/vars/1': [6] },
    expected: ([x], [gamma, beta]) =>
      normalized(
        x!,
        (a, b) => a[0] === b[0] && Math.floor(a[1]! / 3) === Math.floor(b[1]! / 3),
        1e-3,
        (value, [, c]) => value * at(gamma!, c!) + at(beta!, c!),
      ),
  },
  RMSNormalization: {
    layer: { class_name: 'RMSNormalization', config: { axis: -1, epsilon: 1e-6 } },
    inputs: [steps],
    weights: { 'rms_normalization/vars/0': [4] },
    expected: ([x], [scale]) =>
      tabulate(steps, (b, t, c) => {
        const square = vector(x!, b!, t!).reduce((sum, value) => sum + value ** 2, 0) / 4;
        return (at(x!, b!, t!, c!) / sqrt(square + 1e-6)) * at(scale!, c!);
      }),
  },
  UnitNormalization: {
    layer: { class_name: 'UnitNormalization', config: { axis: -1 } },
    inputs: [steps],
    expected: ([x]) => tabulate(steps, (b, t, c) => at(x!, b!, t!, c!) / Math.hypot(...vector(x!, b!, t!))),
  },
  'UnitNormalization along two axes': {
    layer: { class_name: 'UnitNormalization', config: { axis: [1, 2] } },
    inputs: [steps],
    expected: ([x]) =>
      tabulate(steps, (b, t, c) => {
        const all = Array.from({ length: 6 }, (_, other) => vector(x!, b!, other)).flat();
        return at(x!, b!, t!, c!) / Math.hypot(...all);
      }),
  },
  'Normalization, adapted': {
    layer: { class_name: 'Normalization', config: { axis: [-1], invert: false, mean: null, variance: null } },
    inputs: [steps],
    weights: { 'normalization/vars/0': [4], 'normalization/vars/1': [4] },
    positive: ['normalization/vars/1'],
    expected: ([x], [mean, variance]) =>
      tabulate(steps, (b, t, c) => (at(x!, b!, t!, c!) - at(mean!, c!)) / sqrt(at(variance!, c!))),
  },
  'Normalization, adapted, along two axes': {
    layer: { class_name: 'Normalization', config: { axis: [1, 3], mean: null, variance: null } },
    inputs: [images],
    weights: { 'normalization/vars/0': [4, 6], 'normalization/vars/1': [4, 6] },
    positive: ['normalization/vars/1'],
    expected: ([x], [mean, variance]) =>
      tabulate(images, (b, i, j, c) => (at(x!, b!, i!, j!, c!) - at(mean!, i!, c!)) / sqrt(at(variance!, i!, c!))),
  },
  'Normalization of everything alike': {
    layer: { class_name: 'Normalization', config: { axis: [], mean: null, variance: null } },
    inputs: [steps],
    weights: { 'normalization/vars/0': [], 'normalization/vars/1': [] },
    positive: ['normalization/vars/1'],
    expected: ([x], [mean, variance]) =>
      tabulate(steps, (...index) => (at(x!, ...index) - mean!.data[0]!) / sqrt(variance!.data[0]!)),
  },
  'Normalization by given numbers': {
    layer: { class_name: 'Normalization', config: { axis: [-1], mean: [1, 2, 3, 4], variance: [4, 0.25, 1, 9] } },
    inputs: [steps],
    expected: ([x]) => tabulate(steps, (b, t, c) => (at(x!, b!, t!, c!) - (c! + 1)) / [2, 0.5, 1, 3][c!]!),
  },
  'Normalization, inverted': {
    layer: { class_name: 'Normalization', config: { axis: [-1], mean: 3, variance: 4, invert: true } },
    inputs: [steps],
    expected: ([x]) => tabulate(steps, (...index) => 3 + 2 * at(x!, ...index)),
  },
  'Rescaling of each channel': {
    layer: {
      class_name: 'Rescaling',
      config: {
        scale: [1, 2, 0.5, -1],
        offset: { class_name: '__numpy__', config: { value: [0, 1, -1, 2], dtype: 'float32' } },
      },
    },
    inputs: [steps],
    expected: ([x]) => tabulate(steps, (b, t, c) => at(x!, b!, t!, c!) * [1, 2, 0.5, -1][c!]! + [0, 1, -1, 2][c!]!),
  },
};
