/** The experiment of docs/batch-size.md: small and large minibatches, with and without weight decay, several seeds each. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Engines } from '../../worker/commands/context.ts';
import { openProblem } from '../../worker/commands/problem.ts';
import { type NamedArray, writeNpz } from '../../worker/io/npzWriter.ts';
import type { Objective } from '../../worker/objective/objective.ts';
import type { Terminal } from './basin.ts';
import { initialParameters, networkModel } from './network.ts';
import { type TrainingOptions, train } from './train.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The digits, which lie with the demo. */
const DIGITS = join(ROOT, 'demo');

/**
 * The learning rate grows with the square root of the batch, which leaves the noise of a step about as it is
 * (Krizhevsky 2014, arXiv 1404.5997).
 */
const BATCHES = {
  small: { batchSize: 32, learningRate: 0.1 },
  large: { batchSize: 512, learningRate: 0.4 },
} as const;

const DECAYS = { '': 0, '-decay': 5e-4 } as const;

export const SEEDS = [1, 2, 3, 4, 5] as const;

const EPOCHS = 400;

/** Epochs after which a training is written down, on the way to its end. */
const KEPT_EPOCHS: ReadonlySet<number> = new Set([0, 5, 10, 20, 30, 40, 60, 80, 120, 160, 240, 320, EPOCHS]);

/** A training is also compared where its loss on the training data has first come down to this. */
const LIKE_LOSS = 0.015;

export interface Group {
  readonly name: string;
  readonly options: Omit<TrainingOptions, 'seed'>;
}

export const GROUPS: readonly Group[] = Object.entries(DECAYS).flatMap(([suffix, weightDecay]) =>
  Object.entries(BATCHES).map(([batch, options]) => ({
    name: `${batch}${suffix}`,
    options: { ...options, weightDecay, epochs: EPOCHS },
  })),
);

/** Folders in which each training has one checkpoint, `GROUP-SEED.npz`: the last, and the first of a like loss. */
export const MOMENTS = ['end', 'like-loss'] as const;

export type Moment = (typeof MOMENTS)[number];

/** Where a training's checkpoint of a moment lies. */
export const fileOf = (moment: Moment, group: string, seed: number): string => `${moment}/${group}-${seed}.npz`;

/** Trains every group with every seed and writes checkpoints, model and basin.json into a folder. */
export async function runExperiment({ folder, log }: Terminal, signal: AbortSignal): Promise<void> {
  await writeProject(folder);
  const engines = new Engines();
  try {
    for (const group of GROUPS) {
      for (const seed of SEEDS) log(await runTraining(folder, group, seed, engines, signal));
    }
  } finally {
    await engines.dispose();
  }
}

/** Writes the model, and a basin.json that names it and the digits, into a folder. */
export async function writeProject(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const digits = (file: string) => {
    const path = relative(folder, join(DIGITS, file)).replaceAll('\\', '/');
    return { inputs: `${path}#x`, targets: `${path}#y` };
  };
  const project = {
    model: 'model.onnx',
    runs: ['runs/*', ...MOMENTS],
    data: { train: digits('train.npz'), test: digits('test.npz') },
    loss: 'cross-entropy',
  };
  await writeFile(join(folder, 'model.onnx'), networkModel());
  await writeFile(join(folder, 'basin.json'), `${JSON.stringify(project, null, 2)}\n`);
}

/** Trains one network and says in a line what became of it. */
async function runTraining(
  folder: string,
  { name, options }: Group,
  seed: number,
  engines: Engines,
  signal: AbortSignal,
): Promise<string> {
  const run = `${name}-${seed}`;
  const runFolder = join(folder, 'runs', run);
  const start = join(runFolder, checkpointName(0));
  await mkdir(runFolder, { recursive: true });
  await writeNpz(start, initialParameters(seed));
  // One thread: steps are far too small to be shared.
  const problem = await openProblem({ checkpoint: start, threads: 1 }, { engines });
  const { objective } = problem;
  const write = async (path: string, theta: Float32Array) => {
    await mkdir(join(path, '..'), { recursive: true });
    await writeNpz(path, arraysOf(objective, theta));
  };
  let like: number | null = null;
  let text = '';
  try {
    for await (const { epoch, step, theta } of train(objective, objective.origin, { ...options, seed }, signal)) {
      const { loss, accuracy } = await objective.evaluate(theta, signal);
      if (KEPT_EPOCHS.has(epoch) && epoch > 0) await write(join(runFolder, checkpointName(epoch)), theta);
      if (like === null && loss <= LIKE_LOSS) {
        like = epoch;
        await write(join(folder, fileOf('like-loss', name, seed)), theta);
      }
      if (epoch === options.epochs) await write(join(folder, fileOf('end', name, seed)), theta);
      text = `${run}: ${step} steps, training loss ${loss.toPrecision(3)}, accuracy ${(100 * accuracy!).toFixed(1)} %`;
    }
  } finally {
    await problem.close();
  }
  return `${text}; loss ${LIKE_LOSS} ${like === null ? 'not reached' : `reached in epoch ${like}`}`;
}

const checkpointName = (epoch: number): string => `epoch_${String(epoch).padStart(3, '0')}.npz`;

/** θ as the tensors of a checkpoint. */
const arraysOf = ({ slots }: Pick<Objective, 'slots'>, theta: Float32Array): NamedArray[] =>
  slots.map(({ name, shape, offset, size }) => ({ name, shape, data: theta.slice(offset, offset + size) }));
