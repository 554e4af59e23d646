import assert from 'node:assert/strict';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { openSample } from '../../../worker/data/sample.ts';
import { elementCount } from '../../../worker/tensor.ts';
import { sum } from '../io/fixtures.ts';

const CASES = process.env.BASIN_CASES;

describe('published checkpoints and data', () => {
  if (CASES === undefined) {
    it('are skipped, because BASIN_CASES does not name their folder', function () {
      this.skip();
    });
    return;
  }

  it('a ResNet-20 in the old container', async () => {
    const checkpoint = await openCheckpoint(`${CASES}/cifar10-resnet20/resnet20-12fca82f.th`);
    const tensors = checkpoint.tensors;
    const count = tensors.reduce((total, tensor) => total + elementCount(tensor.shape), 0);
    assert.deepEqual(
      [checkpoint.format, checkpoint.position.step, tensors.length, count],
      ['PyTorch legacy', null, 97, 271098],
    );
    // torch.load and float64 sums gave these.
    const sums: [string, number][] = [
      ['module.conv1.weight', 1.3100982000032673],
      ['module.layer3.2.bn2.running_var', 10.665690739639103],
      ['module.linear.bias', 3.4442171454429626e-5],
    ];
    for (const [name, expected] of sums) {
      const tensor = await tensors.find(candidate => candidate.name === name)!.read();
      assert.ok(Math.abs(sum(tensor) - expected) < 1e-9 * Math.abs(expected), `${name}: ${sum(tensor)}`);
    }
    await checkpoint.close();
  });

  it('MNIST in compressed IDX files', async () => {
    const sample = await openSample(
      {
        inputs: 't10k-images-idx3-ubyte.gz',
        targets: 't10k-labels-idx1-ubyte.gz',
        scale: 255,
        mean: [0.1307],
        std: [0.3081],
      },
      `${CASES}/mnist-lenet`,
    );
    const { inputs, targets } = await sample.batch(0, 10);
    assert.deepEqual([sample.count, inputs.get('')!.shape], [10000, [10, 28, 28]]);
    assert.deepEqual(Array.from(targets!.data, Number), [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    await sample.close();
  });

  it('CIFAR-10 images in a compressed npz, normalised by channel', async () => {
    const normalization = { scale: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    const sample = await openSample(
      { inputs: 'cifar10-1000.npz#x', targets: 'cifar10-1000.npz#y', rows: [256, 1000], ...normalization },
      `${CASES}/cifar10-resnet20`,
    );
    const input = (await sample.batch(0, sample.count)).inputs.get('')!;
    assert.deepEqual([sample.count, input.dtype, input.shape], [744, 'float32', [744, 3, 32, 32]]);
    assert.ok(
      Math.abs(sum(input) / input.data.length - 0.11429442528624392) < 1e-6,
      String(sum(input) / input.data.length),
    );
    await sample.close();
  });
});
