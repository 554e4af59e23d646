import { dirname } from 'node:path/posix';
import type { Position } from '../checkpoint/position.ts';
import { count, type Decode, nullable, object, text } from '../decode.ts';
import { givenDirection } from '../direction/given.ts';
import type { NamedArray } from '../io/npzWriter.ts';
import type { ParameterSlot } from '../model/bind.ts';
import type { Provenance, Source } from '../results.ts';
import { addScaled, norm } from '../vector.ts';
import { type Documents, documentFile } from './documents.ts';
import { digestOf } from './key.ts';
import { readVectors, VECTORS_BYTES_MAX, vectorsFile, writeVectors } from './vectors.ts';

/** An eigenvector and which it is. */
export interface PlacedVector {
  readonly end: 'largest' | 'smallest';
  readonly index: number;
  /** Asked for when it is needed, since all of them together may not fit. */
  readonly vector: () => Float64Array;
}

/** A checkpoint whose eigenvectors are kept or looked for. */
export interface Place {
  readonly provenance: Provenance;
  readonly position: Position;
  readonly operator: 'hessian' | 'ggn';
  readonly slots: readonly ParameterSlot[];
}

/** What is kept of a checkpoint's eigenvectors; the checkpoint as a provenance names it, so that pruning finds it. */
interface Entry extends Position {
  readonly provenance: { readonly checkpoint: Source };
  /** Where they are, see `writeVectors`. */
  readonly vectors: string;
  /** How many of each end, from the outermost inwards. */
  readonly largest: number;
  readonly smallest: number;
}

const decodeEntry: Decode<Entry> = object<Entry>({
  provenance: object<Entry['provenance']>({ checkpoint: object<Source>({ file: text, digest: text }) }),
  vectors: text,
  largest: count,
  smallest: count,
  step: nullable(count),
  epoch: nullable(count),
});

/** What a search starts from: the sum of a checkpoint's unit eigenvectors, and the checkpoint's name. */
export interface WarmStart {
  readonly vector: Float64Array;
  readonly checkpoint: string;
}

/**
 * Eigenvectors of the checkpoints of a model, so that a search starts near what it looks for. What they are of the same
 * for is the model, the parameters that are varied and the operator: those of another split or sample are a start too.
 */
export class Eigenvectors {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Keeps a checkpoint's eigenvectors in the place of those it had; as many as a file may hold, the outermost first. */
  async keep(place: Place, vectors: readonly PlacedVector[]): Promise<void> {
    const bytes = Float32Array.BYTES_PER_ELEMENT * place.provenance.parameters.count;
    const kept = vectors.toSorted((a, b) => a.index - b.index).slice(0, Math.floor(VECTORS_BYTES_MAX / bytes));
    if (kept.length === 0) return;
    const key = keyOf(place);
    const before = await this.#documents.read(key, decodeEntry);
    const digest = await writeVectors(
      this.#documents.files,
      kept.flatMap(own => arraysOf(own, place.slots)),
    );
    if (digest === null) return;
    const number = (end: PlacedVector['end']): number => kept.filter(own => own.end === end).length;
    const { checkpoint } = place.provenance;
    const { step, epoch } = place.position;
    const entry: Entry = {
      provenance: { checkpoint },
      vectors: digest,
      largest: number('largest'),
      smallest: number('smallest'),
      step,
      epoch,
    };
    await this.#documents.write(key, entry);
    if (before !== null && before.vectors !== digest) await this.#documents.files.remove(vectorsFile(before.vectors));
  }

  /** What is kept of this checkpoint, else of the one nearest to it; null where there is none. */
  async nearest(place: Place): Promise<WarmStart | null> {
    const family = `${familyOf(place)}-`;
    const keys = (await this.#documents.files.names())
      .filter(name => name.startsWith(family) && name === documentFile(name.slice(0, -'.json'.length)))
      .map(name => name.slice(0, -'.json'.length));
    const entries: Entry[] = [];
    for (const key of keys) {
      const entry = await this.#documents.read(key, decodeEntry);
      if (entry !== null) entries.push(entry);
    }
    const sorted = entries.toSorted((a, b) => distance(a, place) - distance(b, place));
    for (const entry of sorted.slice(0, TRIED_MAX)) {
      const vector = await this.#sum(entry, place.slots);
      if (vector !== null) return { vector, checkpoint: entry.provenance.checkpoint.file };
    }
    return null;
  }

  #sum(entry: Entry, slots: readonly ParameterSlot[]): Promise<Float64Array | null> {
    return readVectors(this.#documents.files, entry.vectors, async source => {
      const sum = new Float64Array(slots.reduce((size, slot) => size + slot.size, 0));
      for (const end of ['largest', 'smallest'] as const) {
        for (let index = 0; index < entry[end]; index++) {
          const vector = await givenDirection(source, axisOf(end, index), slots);
          addScaled(sum, 1 / norm(vector), vector);
        }
      }
      return Number.isFinite(norm(sum)) ? sum : null;
    });
  }
}

/** Files may be gone or damaged; after a few of them a search does without. */
const TRIED_MAX = 3;

const axisOf = (end: PlacedVector['end'], index: number): string => `${end}/${index}`;

function arraysOf({ end, index, vector: compute }: PlacedVector, slots: readonly ParameterSlot[]): NamedArray[] {
  const vector = compute();
  return slots.map(({ key, shape, offset, size }) => ({
    name: `${axisOf(end, index)}/${key}`,
    shape,
    data: Float32Array.from(vector.subarray(offset, offset + size)),
  }));
}

/** Checkpoints whose eigenvectors can stand in for one another. */
const familyOf = ({ provenance: { model, parameters }, operator }: Place): string =>
  digestOf({ kind: 'eigenvectors', model: model.digest, parameters, operator });

const keyOf = (place: Place): string => `${familyOf(place)}-${place.provenance.checkpoint.digest.slice(0, 16)}`;

/** How far apart two checkpoints are: 0 for the same, less within a folder, which is a run, than between two. */
function distance(entry: Entry, { provenance: { checkpoint }, position }: Place): number {
  const own = entry.provenance.checkpoint;
  if (own.digest === checkpoint.digest) return 0;
  const apart = stepsApart(entry, position);
  // Between 1 and 2 within a run, between 3 and 4 otherwise.
  return (dirname(own.file) === dirname(checkpoint.file) ? 1 : 3) + apart / (1 + apart);
}

function stepsApart(one: Position, other: Position): number {
  if (one.step !== null && other.step !== null) return Math.abs(one.step - other.step);
  if (one.epoch !== null && other.epoch !== null) return Math.abs(one.epoch - other.epoch);
  return Number.MAX_SAFE_INTEGER;
}
