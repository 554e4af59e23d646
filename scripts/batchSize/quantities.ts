/** What the commands say of every training, by groups and seeds. */
import { join } from 'node:path';
import { openCheckpoint } from '../../worker/checkpoint/open.ts';
import type { JsonNumber, Measure, RunResult, SharpnessResult, SurfaceResult } from '../../worker/results.ts';
import { toFloat32 } from '../../worker/tensor.ts';
import { norm } from '../../worker/vector.ts';
import { basin, type Terminal } from './basin.ts';
import { fileOf, GROUPS, type Moment, SEEDS } from './experiment.ts';

/** A number about each training. */
export interface Quantity {
  readonly title: string;
  /** By group, in their order, and then by seed. */
  readonly values: readonly (readonly number[])[];
  /** How uncertain a single one of them is, at the middle of all; absent where that is not known. */
  readonly ownError?: number;
}

/** A number, with how uncertain it is where that is known. */
interface Known {
  readonly value: number;
  readonly error?: number;
}

/** At which distances along random directions loss and accuracy are told. */
const LOSS_DISTANCES = [0.2, 0.6] as const;
const ACCURACY_DISTANCE = 0.6;

const PROFILES = { loss: 'loss', accuracy: 'accuracy in %' } as const;

/** The checkpoint whose filters all are perturbed like, in the picture without normalisation. */
const COMMON = fileOf('end', 'small', 1);

const MEASURES = {
  'train-loss': 'training loss',
  'test-loss': 'test loss',
  'test-accuracy': 'test accuracy in %',
  'gradient-norm': 'length of the gradient',
  'lambda-max': 'λmax',
  trace: 'trace',
  sam: 'SAM’s step, ρ = 0.05',
  keskar: 'Keskar’s φ, ε = 0.001 (≥)',
} as const;

const SCALED_MEASURES = {
  average: 'average case, ρ = 0.1',
  adaptive: 'adaptive worst case (≥)',
  'fisher-rao': 'Fisher–Rao norm',
  'relative-flatness': 'relative flatness',
} as const;

/** Measures that `basin run` knows, and the length of all parameters. */
export async function runQuantities(terminal: Terminal, moment: Moment): Promise<Quantity[]> {
  const names = Object.keys(MEASURES) as (keyof typeof MEASURES)[];
  const run = await basin<RunResult>(terminal, ['run', moment, '--measures', names.join()]);
  const measured = new Map(run.checkpoints.map(({ file, measures }) => [file, measures]));
  const lengths = await quantity('‖θ‖', async (group, seed) => ({
    value: await lengthOf(join(terminal.folder, fileOf(moment, group, seed))),
  }));
  const others = names.map(name =>
    quantity(MEASURES[name], async (group, seed) =>
      inUnits(name, known(measured.get(`${group}-${seed}.npz`) ?? [], name)),
    ),
  );
  return [lengths, ...(await Promise.all(others))];
}

/** Measures that a rescaling leaves as they are. */
export async function scaledQuantities(terminal: Terminal, moment: Moment): Promise<Quantity[]> {
  const names = Object.keys(SCALED_MEASURES) as (keyof typeof SCALED_MEASURES)[];
  const found = await forEach<SharpnessResult>(terminal, moment, file => [
    'sharpness',
    file,
    '--measures',
    names.join(),
  ]);
  return Promise.all(
    names.map(name =>
      quantity(SCALED_MEASURES[name], async (group, seed) =>
        known(found.get(fileOf(moment, group, seed))!.measures, name),
      ),
    ),
  );
}

/** Loss and accuracy along random directions: normalised to each checkpoint's own filters, and the same ones for all. */
export async function surfaceQuantities(terminal: Terminal, moment: Moment): Promise<Quantity[]> {
  return [
    ...(await profileQuantities('own filters', [], terminal, moment)),
    ...(await profileQuantities('the same steps', ['--normalized-to', COMMON], terminal, moment)),
  ];
}

async function profileQuantities(
  title: string,
  words: readonly string[],
  terminal: Terminal,
  moment: Moment,
): Promise<Quantity[]> {
  const found = await forEach<SurfaceResult>(terminal, moment, file => [
    'surface',
    file,
    '--planes',
    '5',
    '--grid',
    '11',
    ...words,
  ]);
  const at = (metric: keyof typeof PROFILES, distance: number) =>
    quantity(`${PROFILES[metric]} at ${distance}, ${title}`, async (group, seed) => {
      const { profile } = found.get(fileOf(moment, group, seed))!.spread!;
      const ring = profile.distance.findIndex(own => Math.abs(own - distance) < 1e-9);
      return inUnits(metric, { value: Number(profile[metric]!.mean[ring]) });
    });
  return Promise.all([...LOSS_DISTANCES.map(distance => at('loss', distance)), at('accuracy', ACCURACY_DISTANCE)]);
}

/** The documents of a command for each training, by its file. */
async function forEach<Document>(
  terminal: Terminal,
  moment: Moment,
  words: (file: string) => readonly string[],
): Promise<ReadonlyMap<string, Document>> {
  const found = new Map<string, Document>();
  for (const { name } of GROUPS) {
    for (const seed of SEEDS) {
      const file = fileOf(moment, name, seed);
      found.set(file, await basin<Document>(terminal, words(file)));
    }
  }
  return found;
}

async function quantity(title: string, of: (group: string, seed: number) => Promise<Known>): Promise<Quantity> {
  const all = await Promise.all(GROUPS.map(({ name }) => Promise.all(SEEDS.map(seed => of(name, seed)))));
  const errors = all.flat().flatMap(({ error }) => (error === undefined ? [] : [error]));
  const middle = errors.sort((a, b) => a - b)[errors.length >> 1];
  return {
    title,
    values: all.map(group => group.map(({ value }) => value)),
    ...(middle !== undefined && { ownError: middle }),
  };
}

/** An accuracy in per cent; anything else as it is. */
const inUnits = (name: string, { value, error }: Known): Known => {
  const factor = name.endsWith('accuracy') ? 100 : 1;
  return { value: factor * value, ...(error !== undefined && { error: factor * error }) };
};

function known(measures: readonly Measure[], name: string): Known {
  const measure = measures.find(own => own.name === name);
  if (!measure) throw new Error(`basin printed no ${name}`);
  const { value, lower, upper } = measure;
  if (lower === null || upper === null) return { value: Number(value) };
  const distance = (a: JsonNumber, b: JsonNumber): number => Number(a) - Number(b);
  return { value: Number(value), error: distance(upper, lower) / 2 };
}

async function lengthOf(file: string): Promise<number> {
  const checkpoint = await openCheckpoint(file);
  try {
    const tensors = await Promise.all(checkpoint.tensors.map(tensor => tensor.read()));
    return norm(tensors.map(tensor => norm(toFloat32(tensor))));
  } finally {
    await checkpoint.close();
  }
}
