import assert from 'node:assert/strict';
import { type Compared, warningsOf } from '../../../worker/commands/compareWarnings.ts';
import type { Provenance } from '../../../worker/results.ts';
import { someProvenance } from '../../fixtures/provenance.ts';
import { volumeOf } from '../../fixtures/runListings.ts';

const provenance: Provenance = {
  ...someProvenance,
  data: { file: 'train.npz#x', digest: '0123456789', order: 'first' },
  rows: [0, 100],
  samples: 100,
  mode: { batchNorm: 'held', dropout: 'off' },
  versions: { basin: '0.1.0', node: '20' },
};
const data = provenance.data!;

/** What is said of three checkpoints, of which the last was measured otherwise. */
function warnings(changes: Partial<Provenance>, split: 'train' | 'test' = 'train'): readonly string[] {
  const test = { ...provenance, split: 'test' as const };
  const usual = { provenance, testProvenance: test };
  const odd =
    split === 'train'
      ? { ...usual, provenance: { ...provenance, ...changes } }
      : { ...usual, testProvenance: { ...test, ...changes } };
  const compared: readonly Compared[] = [
    { name: 'a.pt', ...usual },
    { name: 'b.pt', ...usual },
    { name: 'c.pt', ...odd },
  ];
  return warningsOf(compared, [[0, 1, 2]]);
}

describe('what checkpoints were measured unlike', () => {
  const cases: readonly (readonly [what: string, changes: Partial<Provenance>, said: readonly string[]])[] = [
    ['nothing', {}, []],
    ['time and threads, which change no number', { time: '2027-01-01T00:00:00.000Z', seconds: 9, threads: 8 }, []],
    [
      'rows, of which the contents are others anyway',
      { rows: [50, 150], data: { ...data, digest: 'other' } },
      ['The ranges of rows of the training split differ (a.pt and b.pt: 0 to 100; c.pt: 50 to 150).'],
    ],
    [
      'data of other files and other rows',
      { rows: [50, 150], data: { ...data, file: 'other.npz#x', digest: 'other' } },
      [
        'The data of the training split differ (a.pt and b.pt: train.npz#x; c.pt: other.npz#x).',
        'The ranges of rows of the training split differ (a.pt and b.pt: 0 to 100; c.pt: 50 to 150).',
      ],
    ],
    [
      'how many',
      { samples: 50, data: { ...data, digest: 'other' } },
      ['The numbers of examples of the training split differ (a.pt and b.pt: 100; c.pt: 50).'],
    ],
    [
      'how rows are chosen',
      { data: { ...data, order: 'seeded', digest: 'other' } },
      ['The orders of rows of the training split differ (a.pt and b.pt: first; c.pt: seeded).'],
    ],
    [
      'the data',
      { data: { ...data, digest: '9876543210' } },
      ['The data of the training split differ (a.pt and b.pt: train.npz#x, 01234567; c.pt: train.npz#x, 98765432).'],
    ],
    [
      'how inputs are prepared',
      { data: { ...data, scale: 255, mean: [0.1], std: [0.3] } },
      [
        'The preparations of inputs of the training split differ (a.pt and b.pt: as they are; c.pt: scale 255, mean 0.1, standard deviation 0.3).',
      ],
    ],
    ['the seed', { seed: 3 }, ['The seeds differ (a.pt and b.pt: 0; c.pt: 3).']],
    ['the loss', { loss: 'mse' }, ['The losses differ (a.pt and b.pt: cross-entropy; c.pt: mse).']],
    [
      'the statistics',
      { mode: { batchNorm: 'recomputed', dropout: 'off' } },
      ['The BatchNorm statistics differ (a.pt and b.pt: held; c.pt: recomputed).'],
    ],
    ['that it has none', { mode: { batchNorm: 'none', dropout: 'off' } }, []],
    ['the precision', { dtype: 'float64' }, ['The precisions differ (a.pt and b.pt: float32; c.pt: float64).']],
    [
      'the engine',
      { engine: 'reference' },
      ['The engines differ (a.pt and b.pt: onnxruntime 1.30.0; c.pt: reference).'],
    ],
    ['the device', { device: 'cuda' }, ['The devices differ (a.pt and b.pt: cpu; c.pt: cuda).']],
    [
      'what is varied',
      { parameters: { count: 2, include: ['fc.*'], exclude: ['*.bias'] } },
      ['The parameters that are varied differ (a.pt and b.pt: all; c.pt: fc.*, not *.bias).'],
    ],
    [
      'the version',
      { versions: { basin: '0.2.0' } },
      ['The versions of Basin differ (a.pt and b.pt: 0.1.0; c.pt: 0.2.0).'],
    ],
  ];
  for (const [what, changes, said] of cases) it(what, () => assert.deepEqual(warnings(changes), said));

  it('on the test split', () => {
    assert.deepEqual(warnings({ samples: 50 }, 'test'), [
      'The numbers of examples of the test split differ (a.pt and b.pt: 100; c.pt: 50).',
    ]);
  });

  it('are priors of volumes, to all digits', () => {
    const compared = [0.1, 0.1, 0.2].map((sigma, index) => ({
      name: `${'abc'[index]}.pt`,
      provenance,
      measures: [volumeOf(-1000, undefined, sigma)],
    }));
    const without = { name: 'd.pt', provenance, measures: [] };
    assert.deepEqual(warningsOf([...compared, without], [[0, 1, 2, 3]]), [
      'The priors or basins of the volumes differ (a.pt and b.pt: σ = 0.1, mean KL up to 0.01 nats, 100 directions stretched by leading eigenvectors; c.pt: σ = 0.2, mean KL up to 0.01 nats, 100 directions stretched by leading eigenvectors), so that no difference between them is told; measure all with the same --sigma.',
    ]);
    assert.deepEqual(warningsOf([compared[0]!, compared[1]!, without], [[0, 1, 2]]), []);
  });

  it('is not told of one that could not be measured', () => {
    assert.deepEqual(warningsOf([{ name: 'a.pt', provenance }, { name: 'b.pt' }], [[0]]), []);
  });

  it('are architectures, whose sharpness says little of each other', () => {
    const compared = ['a.pt', 'b.pt', 'c.pt'].map(name => ({ name, provenance }));
    assert.deepEqual(warningsOf(compared, [[0, 2], [1]]), [
      'The architectures differ (a.pt and c.pt; b.pt): sharpness depends on how a network is parametrised, and says little between them.',
    ]);
  });
});
