import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Engines } from '../../../worker/commands/context.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { checkMemory, gigabytes, sizesOf, surfaceBytes } from '../../../worker/commands/memoryPlan.ts';
import type { SourcedMatch } from '../../../worker/model/match.ts';
import { DIGITS_CNN, never } from '../objective/problems.ts';

/** A parameter of so many elements, or a statistic. */
const match = (tensor: string, size: number, more: Partial<SourcedMatch> & { storage?: string } = {}): SourcedMatch => {
  const { storage, ...rest } = more;
  return {
    tensor,
    initializer: tensor,
    role: 'parameter',
    rule: 'name',
    source: {
      name: tensor,
      dtype: 'float32',
      shape: [size],
      ...(storage && { storage }),
      read: async () => {
        throw new Error('a plan reads nothing');
      },
    },
    ...rest,
  };
};

const network = [
  match('embed.weight', 50e6, { storage: '0' }),
  match('layers.0.fc.weight', 300e6),
  match('layers.1.fc.weight', 300e6),
  match('layers.1.fc.bias', 1e3),
  match('head.weight', 50e6, { storage: '0', rule: 'tied' }),
  match('bn.running_mean', 1e3, { role: 'statistic' }),
];

describe('the memory plan', () => {
  it('counts a tied tensor once, and what is not varied as constant', () => {
    assert.deepEqual(sizesOf(network, undefined), { parameters: 650e6 + 1e3, constants: 1e3 });
    const filter = { include: ['layers.1.*'], exclude: ['*.bias'] };
    assert.deepEqual(sizesOf(network, filter), { parameters: 300e6, constants: 350e6 + 2e3 });
  });

  it('grows with parameters, constants and sessions', () => {
    const bytes = surfaceBytes({ parameters: 1e6, constants: 1e6 }, 2);
    assert.ok(surfaceBytes({ parameters: 2e6, constants: 0 }, 2) > bytes, 'a parameter takes more than a constant');
    assert.ok(surfaceBytes({ parameters: 1e6, constants: 1e6 }, 3) > bytes);
  });

  const nothing = undefined;
  it('lets pass what fits', () => checkMemory('big.pt', network, nothing, 100e9));

  it('says what would fit', () => {
    const all = surfaceBytes(sizesOf(network, nothing), 1);
    const last = surfaceBytes(sizesOf(network, { include: ['layers.1.fc.*'], exclude: [] }), 1);
    assert.throws(() => checkMemory('big.pt', network.slice(0, 4), nothing, (all + last) / 2), {
      kind: 'input',
      message:
        /^big\.pt: varying its 650001000 parameters takes about 3\d\.\d GB of memory and .* may be used; vary the last block only \("parameters": \{ "include": \["layers\.1\.fc\.\*"\] \} .*, which takes about 2\d\.\d GB, or allow more with --memory\.$/,
    });
    assert.throws(
      () => checkMemory('big.pt', network, nothing, 1e9),
      /even its last block alone does not fit; allow more with --memory\.$/,
    );
    assert.throws(
      () => checkMemory('big.pt', network, nothing, 1e9, 12, 'look for fewer eigenvalues'),
      /allow more with --memory, or look for fewer eigenvalues\.$/,
    );
  });

  it('refuses before any tensor is read', async () => {
    const target = { checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt'), memoryBytes: 1e6 };
    await assert.rejects(loss(target, { engines: new Engines(), signal: never }), {
      message: /^epoch_024\.pt: varying its 3682 parameters takes about 68 MB of memory and 1 MB may be used/,
    });
  });

  it('writes sizes as people say them', () => {
    assert.deepEqual([350e3, 67.4e6, 2.34e9].map(gigabytes), ['1 MB', '68 MB', '2.3 GB']);
  });
});
