import assert from 'node:assert/strict';
import {
  describeArray,
  type FoundArray,
  looksLikeBytes,
  projectFolder,
  proposeInputs,
  proposeLosses,
  proposeTargets,
  referenceFrom,
  worthOffering,
} from '../../../extension/projectProposal.ts';
import type { DType } from '../../../worker/tensor.ts';

const array = (name: string, dtype: DType, ...shape: number[]): FoundArray => {
  const mark = name.indexOf('#');
  return mark < 0
    ? { file: `/w/${name}`, suffix: '', dtype, shape }
    : { file: `/w/${name.slice(0, mark)}`, suffix: name.slice(mark), dtype, shape };
};

const nameOf = ({ file, suffix }: FoundArray): string => file.slice(3) + suffix;

describe('proposed inputs and targets', () => {
  const cases: readonly [name: string, arrays: readonly FoundArray[], inputs: string, targets: string | undefined][] = [
    ['x and y', [array('d.npz#y', 'int64', 9), array('d.npz#x', 'float32', 9, 4)], 'd.npz#x', 'd.npz#y'],
    [
      'the training split before the test split',
      [
        array('test.npz#x', 'float32', 5, 4),
        array('test.npz#y', 'int64', 5),
        array('train.npz#x', 'float32', 9, 4),
        array('train.npz#y', 'int64', 9),
      ],
      'train.npz#x',
      'train.npz#y',
    ],
    [
      'the splits of one archive',
      [
        array('mnist.npz#x_test', 'uint8', 9, 28, 28),
        array('mnist.npz#x_train', 'uint8', 9, 28, 28),
        array('mnist.npz#y_test', 'uint8', 9),
        array('mnist.npz#y_train', 'uint8', 9),
      ],
      'mnist.npz#x_train',
      'mnist.npz#y_train',
    ],
    [
      'files of MNIST',
      [
        array('t10k-images-idx3-ubyte.gz', 'uint8', 5, 28, 28),
        array('t10k-labels-idx1-ubyte.gz', 'uint8', 5),
        array('train-labels-idx1-ubyte.gz', 'uint8', 9),
        array('train-images-idx3-ubyte.gz', 'uint8', 9, 28, 28),
      ],
      'train-images-idx3-ubyte.gz',
      'train-labels-idx1-ubyte.gz',
    ],
    ['names that say nothing', [array('a.npy', 'int64', 9), array('b.npy', 'float32', 9, 3)], 'b.npy', 'a.npy'],
    ['a table', [array('t.csv#0:4', 'float64', 9, 4), array('t.csv#4', 'float64', 9)], 't.csv#0:4', 't.csv#4'],
    [
      'no array of as many rows',
      [array('a.npz#x', 'float32', 9, 3), array('a.npz#y', 'int64', 8)],
      'a.npz#x',
      undefined,
    ],
  ];
  for (const [name, arrays, inputs, targets] of cases) {
    it(name, () => {
      const [first] = proposeInputs(arrays);
      assert.equal(nameOf(first!), inputs);
      const [second] = proposeTargets(arrays, first!);
      assert.equal(second && nameOf(second), targets);
    });
  }

  it('leave out scalars, and files with an array for each parameter', () => {
    const data = [array('d.npz#x', 'float32', 9, 4), array('d.npz#y', 'int64', 9)];
    assert.deepEqual(worthOffering([...data, array('d.npz#classes', 'int64')]), data);
    const parameters = Array.from({ length: 21 }, (_, index) => array(`c.npz#x/${index}`, 'float32', 9, 4));
    assert.deepEqual(worthOffering(parameters), []);
  });

  it('drop none of the arrays', () => {
    const arrays = ['a', 'b', 'c'].map(name => array(`${name}.npy`, 'int8', 2));
    assert.deepEqual(new Set(proposeInputs(arrays)), new Set(arrays));
  });
});

describe('a proposed loss', () => {
  const cases: readonly [dtype: DType, loss: string][] = [
    ['int64', 'cross-entropy'],
    ['uint8', 'cross-entropy'],
    ['float32', 'mse'],
    ['float64', 'mse'],
    ['bool', 'bce-with-logits'],
  ];
  for (const [dtype, loss] of cases) {
    it(`of ${dtype} targets is ${loss}, with the others to choose`, () => {
      const losses = proposeLosses(array('y.npy', dtype, 4));
      assert.equal(losses[0], loss);
      assert.equal(new Set(losses).size, 3);
    });
  }
});

describe('images in bytes', () => {
  it('are told from tokens and floats', () => {
    assert.equal(looksLikeBytes(array('x.npy', 'uint8', 9, 28, 28)), true);
    assert.equal(looksLikeBytes(array('x.npy', 'uint8', 9, 10)), false);
    assert.equal(looksLikeBytes(array('x.npy', 'float32', 9, 28, 28)), false);
  });
});

describe('the place of basin.json', () => {
  const cases: readonly [model: string, checkpoint: string | undefined, folder: string, root?: string][] = [
    ['/w/train.npz', '/w/runs/a.keras', '/w', '/w'],
    ['/w/runs/train.npz', '/w/runs/epoch_1/model.json', '/w/runs', '/w'],
    ['/data/train.npz', '/w/runs/a.keras', '/w', '/w'],
    ['/data/train.npz', undefined, '/w', '/w'],
    ['/w/model.onnx', undefined, '/w'],
    ['/w/model.onnx', '/w/runs/a.pt', '/w'],
    ['/w/export/model.onnx', '/w/runs/a.pt', '/w'],
    ['/w/export/model.onnx', '/w/export/a.pt', '/w/export'],
    ['/w/a/model.onnx', '/w/ab/a.pt', '/w'],
  ];
  for (const [file, checkpoint, folder, root] of cases) {
    it(`of ${file} and ${checkpoint}${root ? ` in ${root}` : ''}`, () =>
      assert.equal(projectFolder(file, checkpoint, root), folder));
  }

  it('is what paths are relative to', () => {
    assert.equal(referenceFrom('/w', '/w/data/train.npz', '#x'), 'data/train.npz#x');
    assert.equal(referenceFrom('/w/a', '/scratch/y.npy'), '../../scratch/y.npy');
  });
});

it('an array is described by its type and shape', () => {
  assert.equal(describeArray(array('x.npy', 'float32', 9, 1, 8)), 'float32 9 × 1 × 8');
  assert.equal(describeArray(array('x.npy', 'int8')), 'int8 scalar');
});
