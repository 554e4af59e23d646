import assert from 'node:assert/strict';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { stepInName } from '../../../worker/checkpoint/stateDict.ts';
import { checkTensor, expectedFiles, FILES } from '../io/fixtures.ts';

describe('checkpoints against PyTorch and NumPy', () => {
  for (const [file, expected] of Object.entries(expectedFiles())) {
    it(file, async () => {
      const checkpoint = await openCheckpoint(`${FILES}${file}`);
      try {
        assert.equal(checkpoint.name, file);
        assert.equal(checkpoint.format, expected.format);
        assert.equal(checkpoint.step, expected.step);
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

describe('the step in a file name', () => {
  const cases: [string, number | null][] = [
    ['step_00300.pt', 300],
    ['epoch=3-step=1200.ckpt', 1200],
    ['epoch12.pt', 12],
    ['ckpt-7.npz', 7],
    ['checkpoint_10_of_20.pt', 20],
    ['5.pt', 5],
    ['resnet20-12fca82f.th', null],
    ['model.pt', null],
    ['lr0.1_iter500.pt', 500],
    ['model_v2.pt', null],
    ['run-99999999999999999999.pt', null],
  ];
  for (const [file, step] of cases) it(`${file} → ${step}`, () => assert.equal(stepInName(file), step));
});
