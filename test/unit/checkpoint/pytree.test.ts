import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { writeNpz } from '../../../worker/io/npzWriter.ts';

describe('a tree of arrays', () => {
  interface Expected {
    readonly step: number | null;
    readonly epoch?: number;
    readonly tensors: readonly string[];
  }
  const cases: readonly (readonly [what: string, arrays: Readonly<Record<string, readonly number[]>>, Expected])[] = [
    ['of parameters alone', { 'params/fc/kernel': [1, 2] }, { step: null, tensors: ['params/fc/kernel'] }],
    [
      "of a training, with its optimiser's",
      { step: [300], epoch: [3], 'params/fc/kernel': [1, 2], 'opt_state/0/mu/fc/kernel': [3, 4] },
      { step: 300, epoch: 3, tensors: ['params/fc/kernel'] },
    ],
    [
      'with the keys that JAX prints',
      { "['step']": [5], "['params']['fc']['kernel']": [1, 2], "['opt_state'][0]['fc']['kernel']": [3, 4] },
      { step: 5, tensors: ["['params']['fc']['kernel']"] },
    ],
    ['in which a step is no count', { step: [0.5], w: [1, 2] }, { step: null, tensors: ['step', 'w'] }],
    ['in which a step has two numbers', { step: [1, 2], w: [1, 2] }, { step: null, tensors: ['step', 'w'] }],
    ["of an optimiser's alone", { 'opt/mu': [1, 2] }, { step: null, tensors: ['opt/mu'] }],
  ];
  for (const [what, arrays, { step, epoch = null, tensors }] of cases) {
    it(what, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'basin-pytree-'));
      const named = Object.entries(arrays).map(([name, values]) => ({
        name,
        shape: [values.length],
        data: Float32Array.from(values),
      }));
      await writeNpz(join(folder, 'state.npz'), named);
      const checkpoint = await openCheckpoint(join(folder, 'state.npz'));
      await checkpoint.close();
      await rm(folder, { recursive: true });
      assert.deepEqual(checkpoint.position, { step, epoch });
      assert.deepEqual(
        checkpoint.tensors.map(({ name }) => name),
        tensors,
      );
    });
  }
});
