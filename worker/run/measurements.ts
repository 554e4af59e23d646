import { type Decode, list, nullable, object, oneOf, optional } from '../decode.ts';
import { type Measure, type Provenance, RUN_MEASURE_NAMES, type RunMeasureName } from '../results.ts';
import type { Documents } from '../store/documents.ts';
import { jsonNumber, provenance } from '../surfaceDocument.ts';
import { decodeVolumeSettings } from '../volumeDocument.ts';
import { isSameVolume, type VolumeWish } from '../volumeSettings.ts';

/** The measures of a checkpoint that depend on one split of the data. */
export interface Measurements {
  readonly kind: 'measures';
  readonly measures: readonly Measure<RunMeasureName>[];
  /** What this checkpoint, model, loss or data have no value for: accuracy without classes, for instance. */
  readonly absent: readonly RunMeasureName[];
  readonly provenance: Provenance;
}

const COUNT = RUN_MEASURE_NAMES.length;
const name = oneOf(...RUN_MEASURE_NAMES);

export const decodeMeasure: Decode<Measure<RunMeasureName>> = object<Measure<RunMeasureName>>({
  name,
  value: jsonNumber,
  lower: nullable(jsonNumber),
  upper: nullable(jsonNumber),
  converged: oneOf(true, false),
  volume: optional(decodeVolumeSettings),
});

const decodeMeasurements: Decode<Measurements> = object<Measurements>({
  kind: oneOf('measures'),
  measures: list(decodeMeasure, 0, COUNT),
  absent: list(name, 0, COUNT),
  provenance,
});

/**
 * Whether nothing is left to measure of what was asked for.
 * @param volume with what a volume has to have been measured to count; absent: with anything.
 */
export function hasAll(
  documents: readonly Measurements[],
  asked: readonly RunMeasureName[],
  volume?: VolumeWish,
): boolean {
  const counts = (own: Measure): boolean =>
    own.volume === undefined || volume === undefined || isSameVolume(own.volume, volume);
  return asked.every(wanted =>
    documents.some(
      ({ measures, absent }) => absent.includes(wanted) || measures.some(own => own.name === wanted && counts(own)),
    ),
  );
}

/** Measures by the key of what they were computed from: on disk where there is a store, and in memory. */
export class MeasurementStore {
  readonly #documents: Documents | null;
  readonly #known = new Map<string, Measurements>();

  constructor(documents: Documents | null) {
    this.#documents = documents;
  }

  /** What was measured under a key, by this process or another; null where nothing was. */
  async read(key: string): Promise<Measurements | null> {
    const kept = (await this.#documents?.read(key, decodeMeasurements)) ?? null;
    const known = this.#known.get(key);
    // Another process may have written at the same time and know less.
    return kept !== null && known !== undefined ? together(known, kept) : (kept ?? known ?? null);
  }

  /** What was measured under a key as far as this process knows, which is read once. */
  async recall(key: string): Promise<Measurements | null> {
    const known = this.#known.get(key) ?? (await this.read(key));
    if (known !== null) this.#known.set(key, known);
    return known;
  }

  /** Adds to what was measured under a key, by whomever. */
  async add(key: string, measured: Measurements): Promise<Measurements> {
    const before = await this.read(key);
    const all = before === null ? measured : together(before, measured);
    this.#known.set(key, all);
    await this.#documents?.write(key, all);
    return all;
  }
}

/** What two documents of one key say, the later one where both say something. */
function together(before: Measurements, later: Measurements): Measurements {
  const names = new Set([...later.measures.map(own => own.name), ...later.absent]);
  return {
    ...later,
    measures: inOrder([...before.measures.filter(own => !names.has(own.name)), ...later.measures]),
    absent: [...before.absent.filter(own => !names.has(own)), ...later.absent],
  };
}

/** The measures of all splits of a checkpoint, in the order of their table. */
export const measuresOf = (documents: readonly Measurements[]): readonly Measure<RunMeasureName>[] =>
  inOrder(documents.flatMap(({ measures }) => measures));

/** In the order of their table. */
export const inOrder = (measures: readonly Measure<RunMeasureName>[]): readonly Measure<RunMeasureName>[] =>
  RUN_MEASURE_NAMES.flatMap(wanted => measures.filter(own => own.name === wanted));
