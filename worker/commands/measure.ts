/** The measures of one checkpoint of a run, one after the other, each kept as soon as it is known. */

import type { ExampleValues } from '../analysis/difference.ts';
import { SharpnessPoint } from '../analysis/sharpness/point.ts';
import { BasinError } from '../errors.ts';
import type { Derivatives } from '../objective/derivatives.ts';
import type { Project } from '../project.ts';
import type { SpectrumRequest, Target } from '../protocol.ts';
import {
  RUN_MEASURE_NAMES,
  type RunMeasureName,
  type SpectrumResult,
  type Split,
  type VolumePrior,
} from '../results.ts';
import { hasAll, type MeasurementStore, type Measurements } from '../run/measurements.ts';
import { basisWithin } from '../spectrumPlan.ts';
import type { Documents } from '../store/documents.ts';
import { resultKey } from '../store/key.ts';
import type { Context } from './context.ts';
import { ExampleMeasurer } from './keptExamples.ts';
import { knownSpectrum } from './keptSpectrum.ts';
import {
  type Found,
  GROUPS,
  measuresOfSpectrum,
  type Neighbour,
  PAIRS,
  type Place,
  TEST_LOSS,
} from './measureGroups.ts';
import { memoryLimit } from './memoryPlan.ts';
import { openProblem, type Problem } from './problem.ts';
import { SharpnessMeasurer } from './sharpnessTasks.ts';
import { spectrumOf } from './spectrum.ts';
import { volumeWish } from './volumeMeasure.ts';

/** A checkpoint whose training loss is not a number. */
export class DivergedError extends BasinError {
  constructor(checkpoint: string, loss: string) {
    super(
      'computation',
      `${checkpoint}: its loss on the training data is ${loss}, so that nothing else of it can be measured; did the training diverge?`,
    );
  }
}

/** What is kept where. */
export interface Kept {
  readonly measurements: MeasurementStore;
  /** Null where nothing is kept on disk. */
  readonly documents: Documents | null;
}

/** The measures that a project has the data for, in the order of their table. */
export const measuresWith = ({ data }: Project, asked: readonly RunMeasureName[]): readonly RunMeasureName[] =>
  RUN_MEASURE_NAMES.filter(
    name => asked.includes(name) && (data.test !== undefined || !TEST_LOSS.names.includes(name)),
  );

/** What else is needed to measure a checkpoint. */
interface Needs {
  /** Of how many pairs of vectors as long as θ there has to be room for at least, and what can be done so that there are fewer. */
  readonly pairs?: number;
  readonly fewer?: string;
  /** By which its volume is measured; absent where none is asked for. */
  readonly prior?: VolumePrior | null;
}

/** What is being computed of a checkpoint. */
export interface MeasureStep {
  readonly measure: RunMeasureName;
  /** How long it takes to its end; null where that is not known, as of what takes no time to speak of. */
  readonly secondsLeft: number | null;
}

/** One split's part of a checkpoint that is being measured. */
interface Part {
  readonly place: Place;
  readonly key: string;
  close(): Promise<void>;
}

/** A checkpoint that is open to be measured, and what is known of it. */
export class CheckpointMeasures {
  readonly #kept: Kept;
  readonly #asked: ReadonlySet<RunMeasureName>;
  readonly #prior: VolumePrior | null;
  readonly #parts = new Map<Split, Part>();
  readonly #documents = new Map<Split, Measurements>();

  private constructor(kept: Kept, asked: readonly RunMeasureName[], prior: VolumePrior | null) {
    this.#kept = kept;
    this.#asked = new Set(asked);
    this.#prior = prior;
  }

  /**
   * Reads the checkpoint, and what was measured of its contents before. Throws as `openProblem` does.
   * @param asked at least one, and none that `measuresWith` leaves out.
   */
  static async open(
    target: Target,
    asked: readonly RunMeasureName[],
    kept: Kept,
    neighbour: Neighbour,
    context: Context,
    { pairs: least = 1, fewer, prior = null }: Needs = {},
  ): Promise<CheckpointMeasures> {
    const measures = new CheckpointMeasures(kept, asked, prior);
    try {
      const groups = GROUPS.filter(({ names }) => names.some(name => asked.includes(name)));
      const pairs = Math.max(least, ...groups.map(group => group.pairs));
      await measures.#open('train', await openProblem(target, context, pairs, fewer), target, neighbour);
      if (groups.includes(TEST_LOSS)) {
        await measures.#open('test', await openProblem({ ...target, split: 'test' }, context), target, neighbour);
      }
      return measures;
    } catch (error) {
      await measures.close();
      throw error;
    }
  }

  /** Under which what is measured is kept: the training split's, and the test split's where there is one. */
  get keys(): readonly string[] {
    return [...this.#parts.values()].map(({ key }) => key);
  }

  /** What is known by now. */
  get documents(): readonly Measurements[] {
    return [...this.#documents.values()];
  }

  /** About what it takes in memory. */
  get memoryBytes(): number {
    return Math.max(...[...this.#parts.values()].map(({ place }) => place.memoryBytes));
  }

  /** The checkpoint on the training split. */
  get problem(): Problem {
    return this.#parts.get('train')!.place.problem;
  }

  /** What is known by now on a split; null where nothing was asked for on it, or nothing is known. */
  on(split: Split): { readonly key: string; readonly document: Measurements } | null {
    const part = this.#parts.get(split);
    const document = this.#documents.get(split);
    return part && document ? { key: part.key, document } : null;
  }

  /** What the checkpoint does on each example of a split; null where nothing was asked for on it. */
  async examples(split: Split, signal: AbortSignal): Promise<ExampleValues | null> {
    const place = this.#parts.get(split)?.place;
    if (place === undefined) return null;
    return new ExampleMeasurer(place.problem, this.#kept.documents).measure(place.point, signal);
  }

  /**
   * The eigenvalues of the training loss's Hessian, found once and kept as `basin spectrum` does, with room for whose
   * vectors the checkpoint was opened. What they say of the measures that were asked for is taken from them.
   */
  async spectrum(request: SpectrumRequest, context: Context): Promise<SpectrumResult> {
    const { place } = this.#parts.get('train')!;
    const { problem } = place;
    const isTraceLeft = this.#asked.has('trace') && !this.#knows('trace');
    const wanted = { ...request, operator: 'hessian', trace: isTraceLeft } as const;
    let result = await knownSpectrum(wanted, problem, context);
    if (result === null) {
      const updates = spectrumOf({ problem, derivatives: place.derivatives(), others: [] }, wanted, context);
      for await (const update of updates) result = update.result;
    }
    const measures = measuresOfSpectrum(result!).filter(({ name }) => this.#asked.has(name) && !this.#knows(name));
    if (measures.length > 0) await this.#add('train', { measures });
    return result!;
  }

  /**
   * Measures what was asked for and is not known; yields each measure, or the first of several, before it begins, and one
   * that takes long again and again. Throws `interrupted` when the signal fires, and `computation` where the loss is not
   * finite, after which nothing else is.
   * @param only which of them; by default all.
   */
  async *measure(
    signal: AbortSignal,
    only: readonly RunMeasureName[] = RUN_MEASURE_NAMES,
  ): AsyncGenerator<MeasureStep> {
    for (const { names, split, find } of GROUPS) {
      const left = names.filter(name => only.includes(name) && this.#asked.has(name) && !this.#knows(name));
      if (left.length === 0) continue;
      this.#checkLoss();
      yield { measure: left[0]!, secondsLeft: null };
      for await (const found of find(this.#parts.get(split)!.place, signal)) {
        if (found.measures.length > 0 || found.absent !== undefined) await this.#add(split, found);
        const next = left.find(name => !this.#knows(name));
        if (next !== undefined) yield { measure: next, secondsLeft: found.secondsLeft ?? null };
      }
      this.#checkLoss();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#parts.values()].map(part => part.close()));
  }

  async #open(split: Split, problem: Problem, { memoryBytes }: Target, neighbour: Neighbour): Promise<void> {
    const key = resultKey('measures', problem.provenance(), {});
    const { objective, seed } = problem;
    let derivatives: Derivatives | null = null;
    const basis = basisWithin(problem, PAIRS, memoryLimit(memoryBytes));
    const place: Place = {
      problem,
      point: new SharpnessPoint(objective, objective.origin, seed),
      sharpness: new SharpnessMeasurer(problem, this.#kept.documents),
      asked: this.#asked,
      neighbour,
      prior: this.#prior,
      documents: this.#kept.documents,
      basis,
      memoryBytes: problem.memoryBytes,
      derivatives: () => {
        derivatives ??= objective.differentiate(objective.origin);
        return derivatives;
      },
    };
    const close = async (): Promise<void> => {
      await derivatives?.close();
      await problem.close();
    };
    this.#parts.set(split, { place, key, close });
    const known = await this.#kept.measurements.read(key);
    if (known !== null) this.#documents.set(split, known);
  }

  #knows(name: RunMeasureName): boolean {
    return hasAll(this.documents, [name], this.#prior === null ? undefined : volumeWish(this.#prior));
  }

  async #add(split: Split, { measures, absent = [] }: Found): Promise<void> {
    const { place, key } = this.#parts.get(split)!;
    const isAsked = (name: RunMeasureName): boolean => this.#asked.has(name);
    const document: Measurements = {
      kind: 'measures',
      measures: measures.filter(({ name }) => isAsked(name)),
      absent: absent.filter(isAsked),
      provenance: place.problem.provenance(),
    };
    this.#documents.set(split, await this.#kept.measurements.add(key, document));
  }

  /** Nothing more can be said of a checkpoint whose training loss is not a number. */
  #checkLoss(): void {
    const loss = this.documents.flatMap(({ measures }) => measures).find(({ name }) => name === 'train-loss');
    if (loss === undefined || typeof loss.value === 'number') return;
    const { checkpoint } = this.#parts.get('train')!.place.problem;
    throw new DivergedError(checkpoint, loss.value);
  }
}
