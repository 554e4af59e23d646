import assert from 'node:assert/strict';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { positionInName } from '../../../worker/checkpoint/position.ts';
import { checkTensor, expectedFiles, FILES } from '../io/fixtures.ts';

describe('checkpoints against PyTorch and NumPy', () => {
  for (const [file, expected] of Object.entries(expectedFiles())) {
    it(file, async () => {
      const checkpoint = await openCheckpoint(`${FILES}${file}`);
      try {
        assert.equal(checkpoint.name, file);
        assert.equal(checkpoint.format, expected.format);
        assert.equal(checkpoint.position.step ?? checkpoint.position.epoch, expected.step);
        assert.deepEqual(
          checkpoint.tensors.map(tensor => tensor.name),
          Object.keys(expected.tensors),
        );
        for (const tensor of checkpoint.tensors) await checkTensor(tensor, expected.tensors[tensor.name]!);
      } finally {
        await checkpoint.close();
      }
    });
  }
});

describe('how far training was, by a file name', () => {
  const cases: [string, number | null, number | null][] = [
    ['step_00300.pt', 300, null],
    ['epoch=3-step=1200.ckpt', 1200, 3],
    ['epoch12.pt', null, 12],
    ['epoch_024.pt', null, 24],
    ['step-1000', 1000, null],
    ['checkpoint-500', 500, null],
    ['ckpt-7.npz', 7, null],
    ['checkpoint_10_of_20.pt', 10, null],
    ['5.pt', 5, null],
    ['e7-val_0.123.pt', null, 7],
    ['resnet20-12fca82f.th', null, null],
    ['model.pt', null, null],
    ['lr0.1_iter500.pt', 500, null],
    ['model_v2.pt', null, null],
    ['run-99999999999999999999.pt', null, null],
    ['last.pt', null, null],
  ];
  for (const [file, step, epoch] of cases) {
    it(`${file} → step ${step}, epoch ${epoch}`, () => assert.deepEqual(positionInName(file), { step, epoch }));
  }
});
