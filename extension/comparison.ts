/** The comparison of several checkpoints: what its panel shows, and the computations it is made of, one after the other. */
import { isDeepStrictEqual } from 'node:util';
import type {
  CompareOptions,
  ComparePanelState,
  InterpolationPart,
  MeasuresPart,
  Part,
} from '../webview/compare/messages.ts';
import type { CompareRequest, SurfaceRequest } from '../worker/protocol.ts';
import {
  type CompareResult,
  type InterpolateResult,
  RUN_MEASURE_NAMES,
  type RunMeasureName,
  type SurfaceResult,
} from '../worker/results.ts';
import type { Engine } from './engine.ts';
import { describe, type Facts } from './landscape.ts';
import { endingOf } from './panelState.ts';
import { RestartBudgetError } from './workerErrors.ts';
import type { Log } from './workerProcess.ts';

/** One of the compared checkpoints: its path, and what the panel calls it. */
export interface ComparedFile {
  readonly path: string;
  readonly label: string;
}

/** What outlives a panel and its window. */
export interface RememberedComparison {
  readonly options: CompareOptions;
  /** Under which keys the worker keeps the landscapes, by checkpoint; null where nothing is kept. */
  readonly keys: readonly (string | null)[];
  readonly measures?: CompareResult;
  readonly interpolation?: { readonly from: number; readonly to: number; readonly result: InterpolateResult };
}

/** What is shown again of a comparison whose window was reloaded. */
export interface RestoredComparison {
  readonly remembered: RememberedComparison;
  /** Read back by their keys. */
  readonly surfaces: readonly (SurfaceResult | null)[];
  /** When each checkpoint was written last, in milliseconds since the epoch, where that is known. */
  readonly written: readonly (number | undefined)[];
}

export interface ComparisonParts {
  readonly checkpoints: readonly ComparedFile[];
  readonly engine: Pick<Engine, 'surface' | 'compare' | 'interpolate'>;
  readonly log: Log;
  /** Called after every change of the state. */
  readonly onChange: () => void;
  /** What is known of the first checkpoint before the engine is asked. */
  readonly facts: () => Promise<Pick<Facts, 'splits' | 'seed'>>;
  readonly remember: (remembered: RememberedComparison) => void;
  /** Called when the checkpoints may have been measured further. */
  readonly onMeasured: () => void;
}

/** Cells along either axis, and how far it goes, until someone chooses. */
const DEFAULT_GRID = 25;
const DEFAULT_RANGE = 1;

/** With what landscapes are compared until someone chooses. */
export const proposedCompareOptions: CompareOptions = {
  split: 'train',
  seed: 0,
  grid: DEFAULT_GRID,
  range: DEFAULT_RANGE,
  scaledTo: 'own',
};

/** Known after a few passes over the sample, where a landscape takes hundreds and curvature dozens of longer ones. */
const FIRST_MEASURES: readonly RunMeasureName[] = ['train-loss', 'test-loss', 'train-accuracy', 'test-accuracy'];

type Job =
  | { readonly of: 'surface'; readonly index: number }
  | { readonly of: 'measures'; readonly only?: readonly RunMeasureName[] }
  | { readonly of: 'interpolation' };

/** What a job changes of its part. */
type Change = Partial<Pick<Part<never>, 'message' | 'progress'>> & {
  readonly phase: Part<never>['phase'];
  readonly result?: unknown;
};

export class Comparison {
  readonly #parts: ComparisonParts;
  #options = proposedCompareOptions;
  #facts: Promise<Pick<Facts, 'splits' | 'seed'>> | undefined;
  #splits: ComparePanelState['splits'];
  #surfaces: readonly Part<SurfaceResult>[];
  #keys: readonly (string | null)[];
  #measures: MeasuresPart = { phase: 'idle' };
  #interpolation: InterpolationPart | null = null;
  /** Which measures; absent: those that cost least. */
  #asked: readonly RunMeasureName[] | undefined;
  /** Whether the losses are known, which are asked for first. */
  #hasLosses = false;
  /** What runs, until it is cancelled or another takes its place. */
  #running: { readonly job: Job; readonly controller: AbortController } | undefined;
  #isWorking = false;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
    this.#surfaces = parts.checkpoints.map(() => ({ phase: 'idle' }));
    this.#keys = parts.checkpoints.map(() => null);
  }

  get state(): ComparePanelState {
    return {
      checkpoints: this.#parts.checkpoints.map(({ label }) => label),
      options: this.#options,
      ...(this.#splits !== undefined && { splits: this.#splits }),
      surfaces: this.#surfaces,
      measures: this.#measures,
      interpolation: this.#interpolation,
    };
  }

  get computing(): boolean {
    return this.#running !== undefined || this.#next() !== undefined;
  }

  /** Shows what is kept; nothing computes. */
  async restore({ remembered, surfaces, written }: RestoredComparison): Promise<void> {
    await this.#learn();
    this.#options = remembered.options;
    this.#keys = remembered.keys;
    const isOlder = (time: string | undefined, index: number): boolean => {
      const since = written[index];
      return since !== undefined && time !== undefined && since > Date.parse(time);
    };
    this.#surfaces = this.#parts.checkpoints.map(({ label }, index): Part<SurfaceResult> => {
      const result = surfaces[index] ?? undefined;
      if (result === undefined) return { phase: 'cancelled' };
      if (isOlder(result.provenance.time, index)) return { phase: 'cancelled', result, message: outdated(label) };
      return { phase: result.complete ? 'done' : 'cancelled', result };
    });
    const { measures, interpolation } = remembered;
    const changed = measures?.checkpoints.findIndex(({ provenance }, index) => isOlder(provenance?.time, index)) ?? -1;
    this.#measures =
      measures === undefined
        ? { phase: 'cancelled' }
        : changed >= 0
          ? { phase: 'cancelled', result: measures, message: outdated(this.#parts.checkpoints[changed]!.label) }
          : { phase: measures.complete ? 'done' : 'cancelled', result: measures };
    if (interpolation !== undefined) {
      const { from, to, result } = interpolation;
      const ends = [from, to].filter(index => isOlder(result.provenance.time, index));
      this.#interpolation = {
        from,
        to,
        result,
        phase: result.complete && ends.length === 0 ? 'done' : 'cancelled',
        ...(ends.length > 0 && { message: outdated(this.#parts.checkpoints[ends[0]!]!.label) }),
      };
    }
    this.#parts.onChange();
  }

  /** Computes what is missing; with other options all landscapes anew. Every outcome ends up in the state. */
  async compute(options?: CompareOptions): Promise<void> {
    await this.#learn();
    if (options !== undefined && !isDeepStrictEqual(options, this.#options)) {
      this.#options = options;
      this.#keys = this.#keys.map(() => null);
      if (this.#running?.job.of === 'surface') this.#abort();
      this.#surfaces = this.#surfaces.map(() => ({ phase: 'waiting' }));
    } else {
      this.#surfaces = this.#surfaces.map(asked);
    }
    this.#measures = asked(this.#measures);
    await this.#work();
  }

  /** Measures the local volumes besides, which cost more than all other measures. */
  async measureVolumes(): Promise<void> {
    if (this.#running?.job.of === 'measures') this.#abort();
    this.#asked = RUN_MEASURE_NAMES;
    this.#measures = { ...this.#measures, phase: 'waiting' };
    await this.#work();
  }

  /** Computes the straight line between two of the checkpoints, by their places. */
  async interpolate(from: number, to: number): Promise<void> {
    const { checkpoints } = this.#parts;
    if (from === to || checkpoints[from] === undefined || checkpoints[to] === undefined) return;
    if (this.#running?.job.of === 'interpolation') this.#abort();
    const before = this.#interpolation;
    const isSame = before?.from === from && before.to === to;
    this.#interpolation = { from, to, phase: 'waiting', ...(isSame && before.result && { result: before.result }) };
    await this.#work();
  }

  /** Stops whatever computes; what was computed so far stays. */
  cancel(): void {
    const cancelled = <P extends Part<unknown>>(part: P): P =>
      part.phase === 'waiting' || part.phase === 'computing' ? { ...part, phase: 'cancelled' } : part;
    this.#abort();
    this.#surfaces = this.#surfaces.map(cancelled);
    this.#measures = cancelled(this.#measures);
    this.#interpolation = this.#interpolation && cancelled(this.#interpolation);
    this.#parts.onChange();
  }

  /** Shows why nothing can be computed. */
  fail(message: string): void {
    this.cancel();
    this.#measures = { ...this.#measures, phase: 'failed', message };
    this.#parts.onChange();
  }

  /** Asks basin.json once. */
  async #learn(): Promise<void> {
    const isFirst = this.#facts === undefined;
    this.#facts ??= this.#parts.facts();
    const { splits, seed } = await this.#facts;
    if (!isFirst) return;
    this.#splits = splits;
    if (seed !== undefined) this.#options = { ...this.#options, seed };
  }

  #abort(): void {
    this.#running?.controller.abort();
    this.#running = undefined;
  }

  /** The losses first, which are there soon, then the landscapes, the other measures, and what was asked for besides. */
  #next(): Job | undefined {
    const surface = this.#surfaces.findIndex(({ phase }) => phase === 'waiting');
    const measures = this.#measures.phase === 'waiting';
    if (measures && surface >= 0 && !this.#hasLosses) return { of: 'measures', only: FIRST_MEASURES };
    if (surface >= 0) return { of: 'surface', index: surface };
    if (measures) return { of: 'measures' };
    return this.#interpolation?.phase === 'waiting' ? { of: 'interpolation' } : undefined;
  }

  async #work(): Promise<void> {
    this.#parts.onChange();
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let job = this.#next(); job !== undefined; job = this.#next()) await this.#run(job);
    this.#isWorking = false;
    this.#parts.onChange();
  }

  async #run(job: Job): Promise<void> {
    const running = { job, controller: new AbortController() };
    this.#running = running;
    // What was cancelled may still end while its successor is awaited.
    const isCurrent = (): boolean => this.#running === running;
    const change = (changed: Change): void => {
      if (isCurrent()) this.#change(job, changed);
    };
    change({ phase: 'computing' });
    try {
      const result = await this.#send(job, change, running.controller.signal);
      if (job.of === 'measures') this.#parts.onMeasured();
      if (job.of === 'measures') this.#hasLosses = isCurrent() || this.#hasLosses;
      // After the losses, the other measures wait for the landscapes.
      change({ phase: job.of === 'measures' && job.only !== undefined ? 'waiting' : 'done', result });
    } catch (error) {
      const ending = endingOf(error);
      // What was interrupted has measured something, too; an engine that has died is not started to learn what.
      if (job.of === 'measures' && ending.type !== 'stopped') this.#parts.onMeasured();
      if (ending.type === 'failed' || error instanceof RestartBudgetError) this.#parts.log('error', describe(error));
      if (!isCurrent()) return;
      // An engine that has died would have to be started for each part that waits.
      if (ending.type === 'stopped') this.cancel();
      this.#running = running;
      change(ending.type === 'cancelled' ? { phase: 'cancelled' } : { phase: ending.type, message: ending.message });
    }
    if (!isCurrent()) return;
    this.#running = undefined;
    this.#remember();
  }

  async #send(job: Job, change: (changed: Change) => void, signal: AbortSignal): Promise<unknown> {
    const { engine, checkpoints } = this.#parts;
    switch (job.of) {
      case 'surface': {
        const { index } = job;
        return engine.surface(
          this.#surfaceRequest(index),
          ({ result, progress, key }) => {
            change({ phase: 'computing', result, progress });
            if (key !== undefined && !signal.aborted) this.#keys = this.#keys.with(index, key);
          },
          signal,
        );
      }
      case 'measures': {
        const request: CompareRequest = {
          checkpoints: checkpoints.map(({ path }) => path),
          ...((job.only ?? this.#asked) && { measures: job.only ?? this.#asked! }),
        };
        return engine.compare(
          request,
          ({ result, progress, current }) => {
            if (signal.aborted) return;
            change({ phase: 'computing', result, progress });
            this.#measures = { ...this.#measures, current };
          },
          signal,
        );
      }
      case 'interpolation': {
        const { from, to } = this.#interpolation!;
        return engine.interpolate(
          { checkpoint: checkpoints[from]!.path, other: checkpoints[to]!.path },
          ({ result, progress }) => change({ phase: 'computing', result, progress }),
          signal,
        );
      }
    }
  }

  #surfaceRequest(index: number): SurfaceRequest {
    const { checkpoints } = this.#parts;
    const { split, seed, grid, range, scaledTo } = this.#options;
    const to = scaledTo === 'own' || scaledTo === index ? undefined : checkpoints[scaledTo];
    return {
      checkpoint: checkpoints[index]!.path,
      split,
      seed,
      range,
      grid: { columns: grid, rows: grid },
      plane: 'random',
      perturb: 'weights',
      ...(to !== undefined && { normalizedTo: to.path }),
    };
  }

  /** A part keeps its last result until another comes. */
  #change(job: Job, { phase, message, progress, result }: Change): void {
    const changed = <Own>(part: Part<Own>): Part<Own> => {
      const shown = (result as Own | undefined) ?? part.result;
      return {
        phase,
        ...(message !== undefined && { message }),
        ...(progress !== undefined && { progress }),
        ...(shown !== undefined && { result: shown }),
      };
    };
    if (job.of === 'surface') {
      const { index } = job;
      this.#surfaces = this.#surfaces.with(index, changed(this.#surfaces[index]!));
    } else if (job.of === 'measures') {
      this.#measures = changed(this.#measures);
    } else if (this.#interpolation !== null) {
      const { from, to } = this.#interpolation;
      this.#interpolation = { ...changed(this.#interpolation), from, to };
    }
    this.#parts.onChange();
  }

  #remember(): void {
    const { result: measures } = this.#measures;
    const { from, to, result: line } = this.#interpolation ?? {};
    this.#parts.remember({
      options: this.#options,
      keys: this.#keys,
      ...(measures !== undefined && { measures }),
      ...(line !== undefined &&
        from !== undefined &&
        to !== undefined && { interpolation: { from, to, result: line } }),
    });
  }
}

/** What is done stays as it is. */
const asked = <P extends Part<unknown>>(part: P): P => {
  if (part.phase === 'done' || part.phase === 'computing') return part;
  const { message: _, ...rest } = part;
  return { ...(rest as P), phase: 'waiting' };
};

const outdated = (label: string): string =>
  `${label}: was written again after this was computed; compute it again to see it as it is now.`;
