/** Small surfaces for tests, valid on their own. */
import type { Provenance, SurfaceResult, SurfaceUpdate } from '../../../worker/results.ts';

const provenance: Provenance = {
  model: { file: 'model.onnx', digest: 'aa' },
  checkpoint: { file: 'runs/a.pt', digest: 'bb' },
  data: { file: 'test.npz', digest: 'cc', order: 'first' },
  split: 'test',
  rows: [0, 500],
  samples: 500,
  seed: 0,
  parameters: { count: 4, include: [], exclude: [] },
  loss: 'cross-entropy',
  mode: { batchNorm: 'held', dropout: 'off' },
  dtype: 'float32',
  engine: 'onnxruntime',
  device: 'cpu',
  threads: 2,
  versions: {},
  time: '2024-01-02T03:04:05.000Z',
  seconds: 12.34,
  notes: [],
};

export function surface(changes: Partial<SurfaceResult> = {}): SurfaceResult {
  return {
    kind: 'surface',
    checkpoint: 'runs/a.pt',
    x: [-1, 0, 1],
    y: [0],
    loss: [[null, 0.0062, null]],
    accuracy: [[null, 0.99, null]],
    standardError: [[null, 0.0011, null]],
    origin: { loss: 0.0062, accuracy: 0.99, standardError: 0.0011 },
    plane: {
      kind: 'random',
      seed: 0,
      normalization: 'filter',
      perturb: 'weights',
      cosine: -0.0123,
      norms: { x: 1, y: 1, parameters: 2 },
    },
    evaluations: { cells: 1, examples: 500 },
    complete: false,
    provenance,
    ...changes,
  };
}

export const update = (done: number, total: number): SurfaceUpdate => ({
  result: surface({ evaluations: { cells: done, examples: 500 * done } }),
  progress: { done, total, elapsedSeconds: 1, remainingSeconds: null },
  memoryBytes: 2 ** 27,
  secondsPerCell: 0.5,
});

export const completeSurface = surface({ complete: true, loss: [[1, 0.0062, 1]] });
