import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Filters, filtersOf } from '../../../worker/direction/filters.ts';
import { gaussians } from '../../../worker/direction/gaussian.ts';
import { givenDirection } from '../../../worker/direction/given.ts';
import { normalizeFilters, randomDirection } from '../../../worker/direction/random.ts';
import { apply, constant, type Graph, input, parameter, type Value } from '../../../worker/graph/graph.ts';
import type { Objective } from '../../../worker/objective/objective.ts';
import { elementCount, type LazyTensor, tensorFromNumbers } from '../../../worker/tensor.ts';
import { cosine, norm } from '../../../worker/vector.ts';
import { DIGITS_CNN, DIGITS_MLP, engines, withProblem } from '../objective/problems.ts';

after(() => engines.dispose());

describe('Gaussian numbers', () => {
  it('are the same on every machine', () => {
    const expected = [-0.27853741227667955, 0.2899106269933558, -0.4923514849153584];
    assert.deepEqual([...gaussians([0, 'x', 'conv1.weight'], 3)], expected);
  });

  it('have mean 0, variance 1, no skew and the kurtosis 3', () => {
    const count = 200_000;
    const values = gaussians(['moments'], count);
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / count;
    // Five standard errors of each moment of a normal sample.
    const bounds: readonly (readonly [number, number, number])[] = [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ];
    for (const [power, expected, variance] of bounds) {
      const distance = Math.abs(moment(power) - expected);
      assert.ok(distance < 5 * Math.sqrt(variance / count), `moment ${power} is off by ${distance}`);
    }
  });

  it('of different keys are independent', () => {
    const [a, b] = [
      ['0', 'x', 'w'],
      ['0', 'y', 'w'],
    ].map(key => Float32Array.from(gaussians(key, 100_000)));
    assert.ok(Math.abs(cosine(a!, b!)) < 5 / Math.sqrt(100_000));
  });
});

/** The filters of the parameter `w` in a graph that uses it. */
function filtersIn(shape: readonly number[], use: (w: Value) => Value): Filters | undefined {
  const graph: Graph = { inputs: [], outputs: [{ name: 'y', value: use(parameter('w', shape)) }] };
  return filtersOf(graph).get('w');
}

const x = (...shape: number[]) => input('x', 'float32', shape);
const window = (kernel: readonly number[]) => ({
  kernel_shape: kernel,
  strides: kernel.map(() => 1),
  pads: kernel.flatMap(() => [0, 0]),
  dilations: kernel.map(() => 1),
});

describe('filters', () => {
  const two = constant(tensorFromNumbers([2], 'float32', []));
  const cases: Readonly<Record<string, readonly [Filters | undefined, Filters | undefined]>> = {
    'of a convolution are its output channels': [
      filtersIn([8, 2, 3, 3], w => apply('Conv', [x(1, 4, 9, 9), w], { ...window([3, 3]), group: 2 })),
      { shape: [8, 2, 3, 3], axes: [0] },
    ],
    'of a transposed convolution are the output channels of each group': [
      filtersIn([4, 3, 2], w =>
        apply('ConvTranspose', [x(1, 4, 9), w], { ...window([2]), group: 2, output_padding: [0] }),
      ),
      { shape: [2, 2, 3, 2], axes: [0, 2] },
    ],
    'of x·W are its columns': [filtersIn([5, 7], w => apply('MatMul', [x(1, 5), w])), { shape: [5, 7], axes: [1] }],
    'of x·Wᵀ are its rows': [
      filtersIn([7, 5], w => apply('MatMul', [x(1, 5), apply('Transpose', [w], { perm: [1, 0] })])),
      { shape: [7, 5], axes: [0] },
    ],
    'of W·x are its rows': [filtersIn([7, 5], w => apply('MatMul', [w, x(5, 2)])), { shape: [7, 5], axes: [0] }],
    'of an embedding are the vectors of its tokens': [
      filtersIn([9, 4], w => apply('Gather', [w, input('tokens', 'int64', [2, 3])], { axis: 0 })),
      { shape: [9, 4], axes: [0] },
    ],
    'are found through a factor': [
      filtersIn([5, 7], w => apply('MatMul', [x(1, 5), apply('Mul', [w, two])])),
      { shape: [5, 7], axes: [1] },
    ],
    'are found through an axis of size one': [
      filtersIn([5, 1, 7], w => apply('MatMul', [x(1, 5), apply('Reshape', [w], { shape: [5, 7] })])),
      { shape: [5, 1, 7], axes: [2] },
    ],
    "of a head's projection are the heads' features": [
      filtersIn([5, 3, 2], w => apply('MatMul', [x(1, 5), apply('Reshape', [w], { shape: [5, 6] })])),
      { shape: [5, 3, 2], axes: [1, 2] },
    ],
    'of a projection from all heads are its columns': [
      filtersIn([3, 1, 2, 7], w => apply('MatMul', [x(1, 6), apply('Reshape', [w], { shape: [6, 7] })])),
      { shape: [3, 1, 2, 7], axes: [3] },
    ],
    'of a depthwise convolution are the multiples of each channel': [
      filtersIn([3, 3, 4, 2], w => {
        const turned = apply('Transpose', [w], { perm: [2, 3, 0, 1] });
        const kernel = apply('Reshape', [turned], { shape: [8, 1, 3, 3] });
        return apply('Conv', [x(1, 4, 9, 9), kernel], { ...window([3, 3]), group: 4 });
      }),
      { shape: [3, 3, 4, 2], axes: [2, 3] },
    ],
    'do not exist where a reshape mixes them': [
      filtersIn([6, 5], w => apply('MatMul', [x(1, 3), apply('Reshape', [w], { shape: [3, 10] })])),
      undefined,
    ],
    // Two directions of two gates, and of one of them the weights of one gate.
    'are found in the parts that they are cut into and joined of': [
      filtersIn([2, 4, 3], w => {
        const attributes = { starts: [1, 2, 0], steps: [1, 1, 1], sizes: [1, 2, 3] };
        const gate = apply('Reshape', [apply('Slice', [w], attributes)], { shape: [2, 3] });
        const joined = apply('Concat', [gate, constant(tensorFromNumbers([1, 2, 3], 'float32', [1, 3]))], { axis: 0 });
        return apply('MatMul', [x(1, 3), apply('Transpose', [joined], { perm: [1, 0] })]);
      }),
      { shape: [2, 4, 3], axes: [0, 1] },
    ],
    'do not exist where filters are cut through': [
      filtersIn([5, 7], w => {
        const part = apply('Slice', [w], { starts: [0, 0], steps: [1, 1], sizes: [3, 7] });
        return apply('MatMul', [x(1, 3), part]);
      }),
      undefined,
    ],
    'do not exist for what is joined to data': [
      filtersIn([1, 3], w => {
        const joined = apply('Concat', [w, x(2, 3)], { axis: 0 });
        return apply('MatMul', [joined, constant(tensorFromNumbers([1, 2, 3], 'float32', [3, 1]))]);
      }),
      undefined,
    ],
    'do not exist for a bias': [filtersIn([7], w => apply('Add', [x(1, 7), w])), undefined],
    'do not exist for a normalisation weight': [filtersIn([7], w => apply('Mul', [x(1, 7), w])), undefined],
  };
  for (const [name, [found, expected]] of Object.entries(cases)) it(name, () => assert.deepEqual(found, expected));

  it('scaled to θ have θ’s norm, whatever the shape', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.integer(),
        (shape, seed) => {
          const size = elementCount(shape);
          const draw = gaussians([seed, 'draw'], size);
          const theta = Float32Array.from(gaussians([seed, 'theta'], size));
          const before = [...draw];
          normalizeFilters(draw, theta, { shape, axes: [0] });
          const length = size / shape[0]!;
          for (let filter = 0; filter < shape[0]!; filter++) {
            const part = (values: ArrayLike<number>) =>
              Math.hypot(...Array.from({ length }, (_, index) => values[filter * length + index]!));
            assert.ok(Math.abs(part(draw) / part(theta) - 1) < 1e-12);
            assert.ok(draw[filter * length]! * before[filter * length]! >= 0, 'a direction keeps its signs');
          }
        },
      ),
    );
  });
});

describe('a random direction', () => {
  const direction = (objective: Objective, seed: number, axis: string, perturb: 'weights' | 'all' = 'weights') =>
    randomDirection(objective, seed, axis, perturb);

  it('is the same for the same seed, and another for another seed or axis', () =>
    withProblem({ checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt') }, async ({ objective }) => {
      const one = direction(objective, 7, 'x');
      assert.deepEqual(one, direction(objective, 7, 'x'));
      for (const other of [direction(objective, 8, 'x'), direction(objective, 7, 'y')]) {
        assert.ok(Math.abs(cosine(one, other)) < 0.1);
      }
    }));

  it('has θ’s norm in every filter, and leaves biases and BatchNorm alone', () =>
    withProblem({ checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt') }, async ({ objective }) => {
      const moved = direction(objective, 0, 'x');
      for (const { name, shape, offset, size } of objective.slots) {
        const own = moved.subarray(offset, offset + size);
        const theta = objective.origin.subarray(offset, offset + size);
        if (shape.length === 1) {
          assert.ok(
            own.every(value => value === 0),
            `${name} moves`,
          );
          continue;
        }
        const length = size / shape[0]!;
        for (let filter = 0; filter < shape[0]!; filter++) {
          const range = [filter * length, (filter + 1) * length] as const;
          const ratio = norm(own.subarray(...range)) / norm(theta.subarray(...range));
          assert.ok(Math.abs(ratio - 1) < 1e-6, `filter ${filter} of ${name}: ${ratio}`);
        }
      }
    }));

  it('moves biases too where asked, scaled as a whole', () =>
    withProblem({ checkpoint: join(DIGITS_MLP, 'runs/sgd/step_00960.pt') }, async ({ objective }) => {
      const moved = direction(objective, 0, 'x', 'all');
      const { offset, size } = objective.slots.find(({ name }) => name === 'fc1.bias')!;
      const part = (vector: Float32Array) => norm(vector.subarray(offset, offset + size));
      assert.ok(Math.abs(part(moved) / part(objective.origin) - 1) < 1e-6);
    }));

  it('does not change when a parameter is added or the others change their order', () =>
    withProblem({ checkpoint: join(DIGITS_MLP, 'runs/sgd/step_00960.pt') }, async ({ objective }) => {
      const whole = direction(objective, 3, 'x');
      const slot = objective.slots.find(({ name }) => name === 'fc2.weight')!;
      const origin = objective.origin.slice(slot.offset, slot.offset + slot.size);
      const alone = direction({ ...objective, slots: [{ ...slot, offset: 0 }], origin }, 3, 'x');
      assert.deepEqual(alone, whole.slice(slot.offset, slot.offset + slot.size));
    }));

  it('has the cosine of independent draws: 0 on average, with the deviation that the filters predict', () =>
    withProblem({ checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt') }, async ({ objective }) => {
      const cosines = Array.from({ length: 200 }, (_, seed) =>
        cosine(direction(objective, seed, 'x'), direction(objective, seed, 'y')),
      );
      // Filters of n elements and squared norm q have independent cosines of variance 1/n: Σ q²/n ÷ (Σ q)².
      const filters = objective.slots
        .filter(({ shape }) => shape.length > 1)
        .flatMap(({ shape, offset, size }) => {
          const n = size / shape[0]!;
          return Array.from({ length: shape[0]! }, (_, filter) => {
            const start = offset + filter * n;
            return { n, q: norm(objective.origin.subarray(start, start + n)) ** 2 };
          });
        });
      const total = filters.reduce((sum, { q }) => sum + q, 0);
      const deviation = Math.sqrt(filters.reduce((sum, { n, q }) => sum + q ** 2 / n, 0)) / total;
      const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
      const observed = Math.sqrt(cosines.reduce((sum, value) => sum + value ** 2, 0) / cosines.length);
      assert.ok(Math.abs(mean) < (4 * deviation) / Math.sqrt(cosines.length), `mean cosine ${mean}`);
      // The relative standard error of a deviation from 200 draws is 5 %.
      assert.ok(Math.abs(observed / deviation - 1) < 0.2, `deviation ${observed}, predicted ${deviation}`);
    }));
});

describe('a direction from a file', () => {
  const slots = [
    { name: 'module.a', key: 'a', shape: [2], offset: 0, size: 2 },
    { name: 'module.b', key: 'b', shape: [1, 2], offset: 2, size: 2 },
  ];
  const lazy = (name: string, shape: readonly number[], values: readonly number[]): LazyTensor => ({
    name,
    dtype: 'float32',
    shape,
    read: async () => tensorFromNumbers(values, 'float32', shape),
  });
  const source = (...tensors: LazyTensor[]) => ({ name: 'd.npz', tensors });

  it('is taken as it is, by the checkpoint’s names or the model’s', async () => {
    const file = source(lazy('x/module.a', [2], [1, 2]), lazy('x/b', [1, 2], [3, 4]), lazy('y/a', [2], [9, 9]));
    assert.deepEqual([...(await givenDirection(file, 'x', slots))], [1, 2, 3, 4]);
    assert.deepEqual([...(await givenDirection(file, 'y', slots))], [9, 9, 0, 0]);
  });

  const refusals: readonly (readonly [LazyTensor, RegExp])[] = [
    [lazy('z/a', [2], [1, 2]), /^d\.npz: it holds no array x\/<parameter>/],
    [lazy('x/c', [2], [1, 2]), /^d\.npz: x\/c belongs to no parameter/],
    [lazy('x/a', [1, 2], [1, 2]), /^d\.npz: x\/a is 1×2 and the parameter is 2/],
  ];
  for (const [tensor, message] of refusals) {
    it(`is refused: ${message.source}`, () => assert.rejects(givenDirection(source(tensor), 'x', slots), { message }));
  }
});
