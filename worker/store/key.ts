import { createHash } from 'node:crypto';
import type { Provenance } from '../results.ts';

/** Which surface of a checkpoint, in what its cells depend on. */
export interface SurfaceSettings {
  readonly plane:
    | {
        readonly kind: 'random';
        readonly seed: number;
        readonly planes: number;
        readonly perturb: 'weights' | 'all';
        /** Digest of the checkpoint to whose filters the directions are scaled, where it is another. */
        readonly normalizedTo?: string;
      }
    /** SHA-256 of the directions themselves, and of all that a plane is made of. */
    | { readonly kind: 'file' | 'eigen' | 'pca' | 'three'; readonly digest: string };
  /** A grid that a budget is to choose is the one it chose when it was first asked for. */
  readonly grid: { readonly columns: number; readonly rows: number } | { readonly budgetSeconds: number };
  readonly range: number;
}

/** Counted up when a version of Basin computes other numbers from the same input. */
const NUMBERS = 1;

/**
 * The name under which a result is kept: a digest of all that its numbers depend on, and of nothing else. Files count by
 * their contents, so that one that was renamed or moved is known again; threads and times do not count.
 *
 * @param kind the result's, such as `surface`: results of different kinds have different names.
 * @param settings what else its numbers depend on; no field may have the name of one that the provenance gives.
 */
export function resultKey(kind: string, provenance: Provenance, settings: object): string {
  const { model, checkpoint, data, split, rows, samples, seed, parameters, loss, mode, dtype, engine, device } =
    provenance;
  const { file: _, ...prepared } = data ?? { file: '' };
  const depends = {
    numbers: NUMBERS,
    kind,
    model: model.digest,
    checkpoint: checkpoint.digest,
    data: prepared,
    split,
    rows,
    samples,
    seed,
    parameters,
    loss,
    mode,
    dtype,
    engine,
    device,
    ...settings,
  };
  return digestOf(depends);
}

/** SHA-256 (hex) of a value that JSON can carry; the order of an object's fields does not count. */
export const digestOf = (value: object): string => createHash('sha256').update(canonical(value)).digest('hex');

export const surfaceKey = (provenance: Provenance, settings: SurfaceSettings): string =>
  resultKey('surface', provenance, settings);

/** JSON with the fields of objects in alphabetical order, so that equal values have equal texts. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, own: unknown) =>
    typeof own === 'object' && own !== null && !Array.isArray(own)
      ? Object.fromEntries(Object.entries(own).sort(([one], [other]) => (one < other ? -1 : 1)))
      : own,
  );
