import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { normalizedCurve, outputChange } from '../../../worker/analysis/rescaling.ts';
import { add, averagePool, matMul, mul, reshape, transpose } from '../../../worker/graph/arithmetic.ts';
import { apply, constant, input, parameter, type Value } from '../../../worker/graph/graph.ts';
import { findRescalings, rescale } from '../../../worker/model/rescaling.ts';
import { tensorFromNumbers } from '../../../worker/tensor.ts';
import { CASES, DIGITS_CNN, engines, never, withProblem } from '../objective/problems.ts';

after(() => engines.dispose());

const image = input('image', 'float32', [1, 3, 8, 8]);
const row = input('row', 'float32', [1, 6]);
const numbers = (values: readonly number[], shape = [values.length]) =>
  constant(tensorFromNumbers(values, 'float32', shape));
const relu = (x: Value) => apply('Relu', [x]);
const windows = (size: number, stride: number, pad = 0) => ({
  kernel_shape: [size, size],
  strides: [stride, stride],
  pads: [pad, pad, pad, pad],
  dilations: [1, 1],
});

/** A linear layer as PyTorch exports it, with its weight on its side. */
const linear = (
  name: string,
  x: Value,
  size: number,
  weight = parameter(`${name}.weight`, [size, x.shape[1]!]),
): Value => add(matMul(x, transpose(weight, [1, 0])), parameter(`${name}.bias`, [size]));

/** A convolution of 3×3 without a bias. */
const convolution = (name: string, x: Value, channels: number, bias: readonly Value[] = []): Value =>
  apply('Conv', [x, parameter(`${name}.weight`, [channels, x.shape[1]!, 3, 3]), ...bias], {
    ...windows(3, 1, 1),
    group: 1,
  });

const batchNorm = (name: string, x: Value): Value => {
  const size = x.shape[1]!;
  const ones = numbers(new Array<number>(size).fill(1));
  const own = ['weight', 'bias'].map(part => parameter(`${name}.${part}`, [size]));
  return apply('BatchNormalization', [x, ...own, ones, ones], { epsilon: 1e-5 });
};

const maxPool = (x: Value) => apply('MaxPool', [x], { ...windows(2, 2), ceil_mode: 0 });

function check(output: Value) {
  const { found, problem } = findRescalings({ inputs: [], outputs: [{ name: 'y', value: output }] });
  return (
    problem ??
    found.map(({ multiplied, divided, through }) =>
      [multiplied, divided, through].map(one => one.join(' ')).join(' | '),
    )
  );
}

const none = (reason: string) => `No pair of layers can be rescaled without changing the function${reason}.`;

describe('pairs of layers that can be rescaled', () => {
  const branch = (x: Value) =>
    batchNorm('bn2', convolution('conv2', relu(batchNorm('bn1', convolution('conv1', x, 3))), 3));
  const shared = parameter('shared', [6, 6]);
  const cases: Readonly<Record<string, readonly [Value, readonly string[] | string]>> = {
    'of linear layers around a ReLU': [
      linear('fc3', relu(linear('fc2', relu(linear('fc1', row, 5)), 4)), 2),
      ['fc1.weight fc1.bias | fc2.weight | Relu', 'fc2.weight fc2.bias | fc3.weight | Relu'],
    ],
    'of linear layers around nothing, or a LeakyReLU': [
      linear('fc3', linear('fc2', apply('LeakyRelu', [linear('fc1', row, 5)], { alpha: 0.1 }), 4), 2),
      ['fc1.weight fc1.bias | fc2.weight | LeakyRelu', 'fc2.weight fc2.bias | fc3.weight | '],
    ],
    'of a parametric ReLU, whose slope stays': [
      linear('fc2', apply('PRelu', [linear('fc1', row, 5), parameter('slope', [5])]), 2),
      ['fc1.weight fc1.bias | fc2.weight | PRelu'],
    ],
    'of a convolution and what follows pooling and flattening': [
      linear('fc', reshape(maxPool(relu(convolution('conv', image, 4, [parameter('conv.bias', [4])]))), [1, 64]), 2),
      ['conv.weight conv.bias | fc.weight | Relu MaxPool Reshape'],
    ],
    'through padding with zeros, average pooling and a constant factor': [
      convolution(
        'conv2',
        mul(
          averagePool(
            apply('Pad', [relu(convolution('conv1', image, 4))], {
              pads: [0, 0, 1, 1, 0, 0, 1, 1],
              mode: 'constant',
              value: 0,
            }),
            { ...windows(2, 2), ceil_mode: 0, count_include_pad: 0 },
          ),
          0.5,
        ),
        2,
      ),
      ['conv1.weight | conv2.weight | Relu Pad AveragePool Mul'],
    ],
    'not through padding with ones': [
      convolution(
        'conv2',
        apply('Pad', [relu(convolution('conv1', image, 4))], {
          pads: [0, 0, 1, 1, 0, 0, 1, 1],
          mode: 'constant',
          value: 1,
        }),
        2,
      ),
      none(
        ': conv1.weight is followed by Pad, which does not commute with scaling; conv2.weight leads to the network’s output',
      ),
    ],
    'not through a ReLU that ends at 6': [
      linear('fc2', apply('Clip', [linear('fc1', row, 5)], { min: 0, max: 6 }), 2),
      none(
        ': fc1.weight is followed by Clip, which does not commute with scaling; fc2.weight leads to the network’s output',
      ),
    ],
    'of a BatchNorm, and not of the convolution before it': [
      convolution('conv2', relu(batchNorm('bn', convolution('conv1', image, 4))), 2),
      ['bn.weight bn.bias | conv2.weight | Relu'],
    ],
    'inside a residual branch, and not around it': [
      linear('fc', reshape(relu(add(image, branch(image))), [1, 192]), 2),
      ['bn1.weight bn1.bias | conv2.weight | Relu'],
    ],
    'with everything that uses a layer': [
      (() => {
        const hidden = relu(linear('fc1', row, 5));
        return add(linear('left', hidden, 2), linear('right', hidden, 2));
      })(),
      ['fc1.weight fc1.bias | left.weight right.weight | Relu'],
    ],
    'not where one use of a layer does not commute': [
      (() => {
        const hidden = relu(linear('fc1', row, 5));
        return add(linear('left', hidden, 2), linear('right', apply('Tanh', [hidden]), 2));
      })(),
      none(
        ': fc1.weight is followed by Tanh, which does not commute with scaling; left.weight (and 1 more) is joined by Add with what cannot be rescaled along with it',
      ),
    ],
    'of values and output in attention': [
      linear(
        'out',
        matMul(
          apply('Softmax', [matMul(linear('query', row, 1), linear('key', row, 1))], { axis: -1 }),
          linear('value', row, 6),
        ),
        6,
      ),
      ['value.weight value.bias | out.weight | MatMul'],
    ],
    'of the factors of a low-rank weight': [
      matMul(row, matMul(parameter('a', [6, 2]), parameter('b', [2, 4]))),
      ['a | b | '],
    ],
    'of two numbers that are multiplied': [mul(parameter('w1', [1]), parameter('w2', [1])), ['w1 | w2 | ']],
    'not through tanh': [
      linear('fc2', apply('Tanh', [linear('fc1', row, 5)]), 2),
      none(
        ': fc1.weight is followed by Tanh, which does not commute with scaling; fc2.weight leads to the network’s output',
      ),
    ],
    'not of a weight that is used in both layers': [
      linear('fc2', relu(linear('fc1', row, 6, shared)), 6, shared),
      none(': shared meets its own multiple in MatMul'),
    ],
    'not with a partner that is used elsewhere too': [
      add(linear('fc2', relu(linear('fc1', row, 6)), 6, shared), linear('fc3', row, 6, shared)),
      none(
        ': fc1.weight is joined by Add with what cannot be rescaled along with it; shared leads to the network’s output',
      ),
    ],
    'not of a network without layers': [
      add(row, parameter('shift', [6])),
      none(', as none of its parameters is a weight of a layer'),
    ],
  };
  for (const [name, [output, expected]] of Object.entries(cases))
    it(name, () => assert.deepEqual(check(output), expected));
});

/** One of them a power of two. */
const ALPHAS = [0.1, 0.5, 5];

describe('a rescaling', () => {
  const cases = [
    { checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt'), pairs: 3 },
    ...(CASES
      ? [
          { checkpoint: join(CASES, 'mnist-lenet/runs/batch-64/epoch_024.pt'), pairs: 3 },
          { checkpoint: join(CASES, 'cifar10-resnet20/resnet20-12fca82f.th'), pairs: 9 },
        ]
      : []),
  ];
  for (const { checkpoint, pairs } of cases) {
    it(`leaves what ${basename(checkpoint)} puts out as it is up to rounding, and to the last bit by powers of two`, async () => {
      await withProblem({ checkpoint, samples: 10 }, async ({ objective }) => {
        const { origin, slots, graph } = objective;
        const { found } = findRescalings(graph);
        assert.equal(found.length, pairs);
        for (const pair of found) {
          for (const alpha of ALPHAS) {
            const rescaled = rescale(origin, slots, pair, alpha);
            assert.notDeepEqual(rescaled, origin);
            const change = await outputChange(objective, origin, rescaled, never);
            const isExact = Number.isInteger(Math.log2(alpha));
            assert.ok(isExact ? change === 0 : change < 1e-5, `${pair.multiplied[0]}, α = ${alpha}: ${change}`);
          }
        }
      });
    });
  }

  it('does not move the loss along a direction that is normalised to the filters', async () => {
    await withProblem({ checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt'), samples: 100 }, async problem => {
      const { objective } = problem;
      const { origin, slots, graph } = objective;
      const pair = findRescalings(graph).found.at(-1)!;
      const ts = [-1, -0.5, 0, 0.5, 1];
      const curve = await normalizedCurve(objective, origin, 0, ts, never);
      const moved = await normalizedCurve(objective, rescale(origin, slots, pair, 5), 0, ts, never);
      const largest = Math.max(...curve.map((loss, index) => Math.abs(moved[index]! / loss - 1)));
      assert.ok(largest < 1e-5, `${curve}; ${moved}`);
      assert.ok(curve[0]! > 2 * curve[2]!, 'the curve rises');
    });
  });

  it('of one layer alone is noticed', async () => {
    await withProblem({ checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt'), samples: 50 }, async problem => {
      const { objective } = problem;
      const [pair] = findRescalings(objective.graph).found;
      const half = rescale(objective.origin, objective.slots, { ...pair!, divided: [] }, 1.001);
      const change = await outputChange(objective, objective.origin, half, never);
      assert.ok(change > 1e-4 && change < 1e-2, String(change));
    });
  });

  it('multiplies and divides the tensors of its names, and no other element', () => {
    const slots = ['a', 'b', 'c'].map((name, index) => ({ name, key: name, shape: [2], offset: 2 * index, size: 2 }));
    const pair = { multiplied: ['a'], divided: ['c'], through: [] };
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -1e3, max: 1e3 }), { minLength: 6, maxLength: 6 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (values, alpha) => {
          const theta = Float32Array.from(values);
          const [a, b, c] = [0, 2, 4].map(at => [...rescale(theta, slots, pair, alpha).subarray(at, at + 2)]);
          assert.deepEqual(
            a,
            values.slice(0, 2).map(value => Math.fround(value * alpha)),
          );
          assert.deepEqual(b, values.slice(2, 4));
          assert.deepEqual(
            c,
            values.slice(4, 6).map(value => Math.fround(value / alpha)),
          );
          assert.deepEqual([...theta], values);
        },
      ),
    );
  });
});
