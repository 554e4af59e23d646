/** The measures of sharpness that a request asks for, each computed once and kept. */
import { DEFAULT_SHARPNESS, type SharpnessOptions } from '../analysis/sharpness/measure.ts';
import type { SharpnessPoint } from '../analysis/sharpness/point.ts';
import { SHARPNESS, type SharpnessEntry } from '../analysis/sharpness/table.ts';
import { usageError } from '../errors.ts';
import type { SharpnessRequest } from '../protocol.ts';
import { SHARPNESS_NAMES, type SharpnessMeasure, type SharpnessName, toJsonNumber } from '../results.ts';
import { decodeMeasured, type MeasuredSharpness } from '../sharpnessDocument.ts';
import type { Documents } from '../store/documents.ts';
import { resultKey } from '../store/key.ts';
import type { Problem } from './problem.ts';

/** One measure, of one size where it has several. */
export interface SharpnessTask extends SharpnessEntry {
  readonly options: SharpnessOptions;
}

/** What a measure's numbers depend on besides the checkpoint, and about what it costs, in passes of the loss. */
interface Traits {
  readonly settings: (options: SharpnessOptions) => object;
  readonly cost: number;
}

/** As measured on small convolutional networks, where a gradient costs three losses, and a product a dozen. */
const TRAITS: Readonly<Record<SharpnessName, Traits>> = {
  keskar: { settings: ({ epsilons, starts }) => ({ epsilons, starts }), cost: 80 },
  'keskar-subspace': { settings: ({ epsilons, starts }) => ({ epsilons, starts }), cost: 80 },
  sam: { settings: ({ rho }) => ({ rho }), cost: 5 },
  average: { settings: ({ sigma, draws }) => ({ sigma, draws }), cost: 32 },
  adaptive: { settings: ({ adaptiveRho, m }) => ({ adaptiveRho, m }), cost: 100 },
  'lambda-max': { settings: () => ({}), cost: 300 },
  trace: { settings: ({ traceProbes }) => ({ traceProbes }), cost: 250 },
  'fisher-rao': { settings: () => ({}), cost: 5 },
  'relative-flatness': { settings: () => ({}), cost: 5 },
};

/** By what a task's document is told from those of the same measure. */
export const sizeOf = ({ name, options }: SharpnessTask): Pick<SharpnessMeasure, 'epsilon'> =>
  isInBox(name) ? { epsilon: options.epsilons[0]! } : {};

/** Whether a measure has a size of Keskar's box. */
const isInBox = (name: SharpnessName): boolean => name === 'keskar' || name === 'keskar-subspace';

/** About what a task costs, in passes of the loss. */
export const costOf = ({ name }: SharpnessTask): number => TRAITS[name].cost;

/**
 * The tasks of a request, in the order of the table of measures.
 * Throws `usage` where it asks for what does not exist, or for a size that is none.
 */
export function sharpnessTasks({
  measures,
  epsilons,
  rho,
}: Pick<SharpnessRequest, 'measures' | 'epsilons' | 'rho'>): readonly SharpnessTask[] {
  const unknown = measures?.find(name => !SHARPNESS_NAMES.includes(name));
  if (unknown !== undefined) {
    throw usageError(`There is no measure "${unknown}"; use some of ${SHARPNESS_NAMES.join(', ')}.`);
  }
  for (const size of [...(epsilons ?? []), ...(rho === undefined ? [] : [rho])]) {
    if (!(size > 0) || !Number.isFinite(size)) throw usageError(`The size ${size} is no number above 0.`);
  }
  const options: SharpnessOptions = {
    ...DEFAULT_SHARPNESS,
    ...(epsilons && { epsilons: [...new Set(epsilons)] }),
    ...(rho !== undefined && { rho }),
  };
  return SHARPNESS.filter(({ name }) => measures?.includes(name) ?? true).flatMap(entry =>
    isInBox(entry.name)
      ? options.epsilons.map(epsilon => ({ ...entry, options: { ...options, epsilons: [epsilon] } }))
      : [{ ...entry, options }],
  );
}

/** Computes tasks of a problem, or finds them among the results that are kept. */
export class SharpnessMeasurer {
  readonly #problem: Problem;
  readonly #documents: Documents | null;

  /** @param documents where results are kept; null where they are not. */
  constructor(problem: Problem, documents: Documents | null) {
    this.#problem = problem;
    this.#documents = documents;
  }

  /** What is kept of a task; null where nothing is. For `change` see `measure`. */
  async known(task: SharpnessTask, change: object = {}): Promise<MeasuredSharpness | null> {
    return (await this.#documents?.read(this.#key(task, change), decodeMeasured)) ?? null;
  }

  /**
   * A task at a point, computed unless it is kept, and kept then.
   * @param change what makes the point another than the checkpoint, in what identifies it.
   * Throws `interrupted` when the signal fires.
   */
  async measure(
    task: SharpnessTask,
    point: SharpnessPoint,
    signal: AbortSignal,
    change: object = {},
  ): Promise<MeasuredSharpness> {
    const known = await this.known(task, change);
    if (known) return known;
    const started = performance.now();
    const { loss } = await point.evaluateHere(signal);
    const measures: SharpnessMeasure[] = [];
    for await (const measure of task.compute(point, task.options, signal)) measures.push(measure);
    const seconds = (performance.now() - started) / 1000;
    const measured: MeasuredSharpness = {
      loss: toJsonNumber(loss),
      measures,
      time: this.#problem.provenance().time,
      seconds,
    };
    await this.#documents?.write(this.#key(task, change), measured);
    return measured;
  }

  #key({ name, options }: SharpnessTask, change: object): string {
    const settings = { measure: name, ...TRAITS[name].settings(options), ...change };
    return resultKey('sharpness', this.#problem.provenance(), settings);
  }
}
