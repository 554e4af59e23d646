/** Small surfaces for tests, valid on their own. */
import type { Provenance, SurfaceResult, SurfaceUpdate } from '../../../worker/results.ts';
import { someProvenance } from '../../fixtures/provenance.ts';

const provenance: Provenance = {
  ...someProvenance,
  data: { file: 'test.npz', digest: 'cc', order: 'first' },
  split: 'test',
  rows: [0, 500],
  samples: 500,
  mode: { batchNorm: 'held', dropout: 'off' },
  engine: 'onnxruntime',
  seconds: 12.34,
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
