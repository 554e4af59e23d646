/** Layers of two inputs, and general products. */
import { at, tabulate, total } from '../numbers.ts';
import { B, type Definition, steps } from './definition.ts';

const { max } = Math;

export const products: Readonly<Record<string, Definition>> = {
  Subtract: {
    layer: { class_name: 'Subtract', config: {} },
    inputs: [steps, steps],
    expected: ([x, y]) => tabulate(steps, (...index) => at(x!, ...index) - at(y!, ...index)),
  },
  'Dot of images': {
    layer: { class_name: 'Dot', config: { axes: [3, 1] } },
    inputs: [
      [B, 2, 3, 4],
      [B, 4, 5],
    ],
    expected: ([x, y]) =>
      tabulate([B, 2, 3, 5], (b, i, j, k) => total(4, s => at(x!, b!, i!, j!, s) * at(y!, b!, s, k!))),
  },
  EinsumDense: {
    layer: {
      class_name: 'EinsumDense',
      config: { equation: 'abc,cde->abde', output_shape: [null, 3, 2], bias_axes: 'de', activation: 'relu' },
    },
    inputs: [steps],
    weights: { 'einsum_dense/vars/0': [4, 3, 2], 'einsum_dense/vars/1': [3, 2] },
    expected: ([x], [kernel, bias]) =>
      tabulate([B, 6, 3, 2], (b, t, d, e) =>
        max(total(4, c => at(x!, b!, t!, c) * at(kernel!, c, d!, e!)) + at(bias!, d!, e!), 0),
      ),
  },
  'EinsumDense with an ellipsis': {
    layer: { class_name: 'EinsumDense', config: { equation: '...x,xy->...y', output_shape: 3, bias_axes: null } },
    inputs: [steps],
    weights: { 'einsum_dense/vars/0': [4, 3] },
    expected: ([x], [kernel]) =>
      tabulate([B, 6, 3], (b, t, y) => total(4, c => at(x!, b!, t!, c) * at(kernel!, c, y!))),
  },
};
