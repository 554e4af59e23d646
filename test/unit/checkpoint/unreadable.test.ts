import assert from 'node:assert/strict';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { checkTensor, FILES } from '../io/fixtures.ts';

describe('tensors that cannot be read', () => {
  const torch: Readonly<Record<string, RegExp>> = {
    spectrum: /tensor spectrum: elements of a ComplexFloatStorage are no plain numbers/,
    graph: /tensor graph: a sparse_tensor is not stored as plain numbers/,
    q: /tensor q: a qtensor is not stored as plain numbers/,
  };
  const files: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
    'partly.pt': torch,
    'partly-legacy.pt': torch,
    'partly.npz': { names: /partly\.npz#names: holds strings/, z: /partly\.npz#z: holds complex numbers/ },
  };
  for (const [file, reasons] of Object.entries(files)) {
    it(`do not keep the others of ${file} from being read`, async () => {
      const { tensors, unreadable, close } = await openCheckpoint(`${FILES}${file}`);
      assert.deepEqual(
        [tensors.map(({ name }) => name), unreadable.map(({ name }) => name)],
        [['w'], Object.keys(reasons)],
      );
      await checkTensor(tensors[0]!, { dtype: 'float32', shape: [3], data: [0, 1, 2] });
      for (const { name, reason } of unreadable) assert.match(reason, reasons[name]!);
      await close();
    });
  }
});
