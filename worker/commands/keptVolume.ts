/** Volumes as the store keeps them, whoever asks for them. */
import type { FunctionVolume, LocalVolume, Provenance, VolumeResult } from '../results.ts';
import type { Documents } from '../store/documents.ts';
import { Keeper } from '../store/keeper.ts';
import { resultKey } from '../store/key.ts';
import { decodeVolume } from '../volumeDocument.ts';
import type { Problem } from './problem.ts';
import type { VolumePart, VolumeStep } from './volumePart.ts';

/** The volumes that a result has, by their names in it. */
interface Values {
  readonly local: LocalVolume;
  readonly function: FunctionVolume;
}

/** A step of a volume, and what is said of it. */
export interface KeptVolumeStep extends Omit<VolumeStep<unknown>, 'value'> {
  readonly values: Partial<Values>;
  readonly provenance: Provenance;
  readonly total: number;
  readonly memoryBytes: number;
}

/** Computes a volume as far as it is not kept, and keeps it; its last step is `done`. */
export async function* keptVolume<Name extends keyof Values>(
  name: Name,
  problem: Problem,
  documents: Documents | null,
  preparing: Promise<VolumePart<Values[Name]>>,
  signal: AbortSignal,
): AsyncGenerator<KeptVolumeStep> {
  const { settings, total, memoryBytes, compute } = await preparing;
  const valuesOf = (value: Values[Name] | null): Partial<Values> => (value === null ? {} : { [name]: value });
  const key = resultKey('volume', problem.provenance(), { ...settings, volume: name });
  const known = (await documents?.read(key, decodeVolume)) ?? null;
  const before = (known?.[name] ?? null) as Values[Name] | null;
  let last = before;
  if (!known?.complete) {
    const document = (complete: boolean): VolumeResult => ({
      kind: 'volume',
      checkpoint: problem.checkpoint,
      local: null,
      function: null,
      ...valuesOf(last),
      problems: [],
      complete,
      provenance: problem.provenance(),
    });
    const keeper = documents && new Keeper((latest: VolumeResult) => documents.write(key, latest));
    try {
      for await (const { value, ...step } of compute(before, signal)) {
        last = value;
        if (value !== null) keeper?.keep(document(false));
        yield { ...step, values: valuesOf(value), provenance: problem.provenance(), total, memoryBytes };
      }
      keeper?.keep(document(true));
    } finally {
      await keeper?.close();
    }
  }
  const provenance = known?.complete ? known.provenance : problem.provenance();
  yield { values: valuesOf(last), provenance, total, memoryBytes, done: total, secondsLeft: 0, stage: 'done' };
}
