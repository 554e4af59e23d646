import type { RunRequest } from '../../worker/protocol.ts';
import type { RunCheckpoint, RunMeasureName, RunResult, RunUpdate } from '../../worker/results.ts';
import { endingOf } from '../panelState.ts';
import { WorkerExitedError } from '../workerErrors.ts';
import type { Clock } from './clock.ts';
import type { Measuring } from './runSource.ts';

export interface MeasurerParts {
  readonly run: (
    request: RunRequest,
    onPartial: (update: RunUpdate) => void,
    signal: AbortSignal,
  ) => Promise<RunResult>;
  /** What the user lets the measuring of a run take, in seconds; `Infinity` for no limit. */
  readonly budgetSeconds: () => number;
  readonly clock: Clock;
  /** The state of a run's measuring has changed. */
  readonly onChange: (folder: string) => void;
  /** More is known of a run. */
  readonly onResult: (folder: string, result: RunResult) => void;
  /** What the project lacks for measuring a run, where that is why it failed. */
  readonly obstacle: (folder: string) => Promise<Obstacle | undefined>;
  /** A run is to be measured, also by a window that comes after this one; or it is no longer. */
  readonly onWish: (folder: string, wish: Wish | null) => void;
}

/** What a project lacks, in one sentence, and that it can be set up. */
export type Obstacle = Required<Pick<Measuring, 'message' | 'remedy'>>;

/** That a run is measured until it is paused. */
export interface Wish {
  /** What is left of the time that it may take; `null` for no limit. */
  readonly secondsLeft: number | null;
  /** Absent: those that cost least. */
  readonly measures?: readonly RunMeasureName[];
}

/** A wish is told of again when so much of its time was spent, in seconds. */
const wishStep = 60;

/** An engine that has ended is left in peace for so long, in milliseconds. */
const restMs = 5000;

/** A checkpoint, and what is wanted of it. */
interface Single {
  readonly file: string;
  readonly measures: readonly RunMeasureName[];
}

/** What is to be measured of a run. */
interface Job {
  /** Absent: every checkpoint, as they land. */
  readonly only?: Single;
  /** Of every checkpoint; absent: those that cost least. */
  readonly measures?: readonly RunMeasureName[];
  /** What was asked for while it ran: the last of several. */
  next?: Single;
  state: Measuring;
  secondsLeft: number;
  /** The wish as it was told of last. */
  wish?: Wish | null;
  /** How the engine's end is taken that came before a checkpoint was measured: once it is tried again. */
  trial?: 'resting' | 'again';
  /** What was open when all had been done that could be: there is nothing to do until something else is. */
  exhausted?: string;
}

/** The job that is asked of the engine now. */
interface Running {
  readonly job: Job;
  readonly controller: AbortController;
  /** From when on its time was not counted yet, as the clock counts. */
  since: number;
}

/**
 * Measures runs in the background: one at a time, on the processor, and only while nothing computes that someone waits
 * for. It knows nothing of VS Code.
 */
export class Measurer {
  readonly #parts: MeasurerParts;
  /** By folder, in the order in which they were asked for. */
  readonly #jobs = new Map<string, Job>();
  /** By folder, what could be measured. */
  readonly #open = new Map<string, string>();
  #running: Running | undefined;
  #isBusy = false;

  constructor(parts: MeasurerParts) {
    this.#parts = parts;
  }

  state(folder: string): Measuring | undefined {
    const job = this.#jobs.get(folder);
    return job && { ...job.state, ...ofMeasures(job) };
  }

  /** As `RunSource.measure`. */
  measure(folder: string, budgetSeconds = this.#parts.budgetSeconds(), measures?: readonly RunMeasureName[]): void {
    const job = this.#jobs.get(folder);
    const isAsked = measures === undefined || measures.every(name => job?.measures?.includes(name));
    if (job !== undefined && job.only === undefined && isUnderWay(job) && isAsked) return;
    this.#interrupt(job);
    this.#add(folder, { state: { phase: 'waiting' }, secondsLeft: budgetSeconds, ...ofMeasures({ measures }) });
  }

  /** Measures one checkpoint soon, unless its run is being measured as a whole, or was paused. */
  measureOnly(folder: string, file: string, measures: readonly RunMeasureName[]): void {
    const job = this.#jobs.get(folder);
    if (job !== undefined && job.only === undefined && (isUnderWay(job) || job.state.phase === 'paused')) return;
    // What runs is finished first: where checkpoints land faster than they are measured, some are better than none.
    if (job !== undefined && job === this.#running?.job) job.next = { file, measures };
    else this.#addSingle(folder, { file, measures });
  }

  /** As `RunSource.pause`. */
  pause(folder: string): void {
    const job = this.#jobs.get(folder);
    if (job === undefined || !isUnderWay(job)) return;
    this.#interrupt(job);
    this.#enter(folder, job, { ...job.state, phase: 'paused' });
    this.#next();
  }

  /** Says whether something computes that someone waits for: what runs here then stops, and goes on afterwards. */
  stepAside(isBusy: boolean): void {
    if (isBusy === this.#isBusy) return;
    this.#isBusy = isBusy;
    for (const [folder, job] of this.#jobs) {
      if (!isBusy || job !== this.#running?.job) continue;
      this.#interrupt(job);
      this.#enter(folder, job, { ...job.state, phase: 'waiting' });
    }
    this.#next();
  }

  /** The run was listed: there may be more to measure. */
  listed(folder: string, result: RunResult): void {
    this.#open.set(folder, openIn(result));
    this.#next();
  }

  /** The run is gone, which does not keep another window, or this one once it is back, from measuring it. */
  forget(folder: string): void {
    this.#interrupt(this.#jobs.get(folder));
    this.#jobs.delete(folder);
    this.#open.delete(folder);
    this.#next();
  }

  dispose(): void {
    this.#isBusy = true;
    this.#interrupt(this.#running?.job);
  }

  #addSingle(folder: string, only: Single): void {
    this.#add(folder, { only, state: { phase: 'waiting' }, secondsLeft: this.#parts.budgetSeconds() });
  }

  #add(folder: string, job: Job): void {
    // At the end of the queue, also where the run stood in it before.
    this.#jobs.delete(folder);
    this.#enter(folder, job, job.state);
    this.#next();
  }

  #enter(folder: string, job: Job, state: Measuring): void {
    job.state = state;
    this.#jobs.set(folder, job);
    if (job.only === undefined) this.#tellWish(folder, job);
    this.#parts.onChange(folder);
  }

  #tellWish(folder: string, job: Job): void {
    if (job === this.#running?.job) this.#spend(this.#running);
    const { secondsLeft, wish: told } = job;
    const wish = isUnderWay(job)
      ? { secondsLeft: Number.isFinite(secondsLeft) ? Math.max(0, secondsLeft) : null, ...ofMeasures(job) }
      : null;
    if (told !== undefined && isAlike(told, wish)) return;
    job.wish = wish;
    this.#parts.onWish(folder, wish);
  }

  #spend(running: Running): void {
    const now = this.#parts.clock.now();
    running.job.secondsLeft -= (now - running.since) / 1000;
    running.since = now;
  }

  #interrupt(job: Job | undefined): void {
    if (job === undefined || job !== this.#running?.job) return;
    const { controller } = this.#running;
    this.#running = undefined;
    controller.abort();
  }

  #next(): void {
    if (this.#running !== undefined || this.#isBusy) return;
    for (const [folder, job] of this.#jobs) {
      const isIdle = job.exhausted !== undefined && job.exhausted === this.#open.get(folder);
      if (job.state.phase !== 'waiting' || isIdle || job.trial === 'resting') continue;
      void this.#run(folder, job);
      return;
    }
  }

  async #run(folder: string, job: Job): Promise<void> {
    const { clock, run, onResult } = this.#parts;
    const controller = new AbortController();
    const running = { job, controller, since: clock.now() };
    this.#running = running;
    const isCurrent = (): boolean => this.#running === running;
    this.#enter(folder, job, { ...job.state, phase: 'running' });
    const onPartial = ({ result, progress, current }: RunUpdate): void => {
      if (!isCurrent()) return;
      onResult(folder, result);
      if (progress.done > 0) delete job.trial;
      this.#enter(folder, job, { phase: 'running', progress, current });
    };
    try {
      const result = await run(requestOf(folder, job), onPartial, controller.signal);
      this.#spend(running);
      if (!isCurrent()) return;
      onResult(folder, result);
      this.#end(folder, job, result);
    } catch (error) {
      this.#spend(running);
      // Who interrupted it has said already how it stands.
      if (isCurrent()) this.#fail(folder, job, error);
    } finally {
      if (isCurrent()) this.#running = undefined;
      this.#next();
    }
  }

  #end(folder: string, job: Job, result: RunResult): void {
    const open = openIn(result);
    this.#open.set(folder, open);
    if (job.only !== undefined) {
      this.#jobs.delete(folder);
      if (job.next !== undefined) this.#addSingle(folder, job.next);
      else this.#parts.onChange(folder);
    } else if (open !== '' && job.secondsLeft <= 0) {
      this.#enter(folder, job, { ...job.state, phase: 'spent' });
    } else {
      job.exhausted = open;
      this.#enter(folder, job, { phase: 'waiting' });
    }
  }

  #fail(folder: string, job: Job, error: unknown): void {
    if (job.only === undefined && error instanceof WorkerExitedError && job.trial === undefined) {
      this.#rest(folder, job);
      return;
    }
    const ending = endingOf(error);
    const message = ending.type === 'cancelled' ? 'The measuring was interrupted; measure again.' : ending.message;
    this.#enter(folder, job, { phase: 'failed', message });
    if (ending.type === 'failed') void this.#explain(folder, job);
  }

  /** The engine says what it stumbled over; what the project lacks says it better. */
  async #explain(folder: string, job: Job): Promise<void> {
    // A project that cannot be read is what the engine tells of, too.
    const obstacle = await this.#parts.obstacle(folder).catch(() => undefined);
    if (obstacle === undefined || this.#jobs.get(folder) !== job || job.state.phase !== 'failed') return;
    this.#enter(folder, job, { phase: 'failed', ...obstacle });
  }

  /** An engine that ended over this run may end again, and with it what the user computes: it is tried once more. */
  #rest(folder: string, job: Job): void {
    job.trial = 'resting';
    this.#enter(folder, job, { ...job.state, phase: 'waiting' });
    this.#parts.clock.after(restMs, () => {
      job.trial = 'again';
      this.#next();
    });
  }
}

/** Which measures, where they are not those that cost least. */
const ofMeasures = ({ measures }: { readonly measures?: readonly RunMeasureName[] | undefined }) =>
  measures === undefined ? {} : { measures };

const isUnderWay = ({ state: { phase } }: Job): boolean => phase === 'running' || phase === 'waiting';

/** Whether a wish need not be told of again. */
const isAlike = (told: Wish | null, wish: Wish | null): boolean =>
  told === null || wish === null ? told === wish : (told.secondsLeft ?? 0) - (wish.secondsLeft ?? 0) < wishStep;

/** Nobody clicked for most of what is measured here, so none of it reaches a GPU. */
const requestOf = (folder: string, { only, secondsLeft, measures }: Job): RunRequest => ({
  folder,
  device: 'cpu',
  ...ofMeasures({ measures }),
  ...(only && { only: only.file, measures: only.measures }),
  ...(Number.isFinite(secondsLeft) && { budgetSeconds: Math.max(0, secondsLeft) }),
});

/** The checkpoints that a measuring could measure now, as a text to compare. */
const openIn = ({ checkpoints }: RunResult): string =>
  checkpoints
    .filter(isOpen)
    .map(({ file, written, state }) => `${file}\0${written}\0${state}`)
    .join('\0\0');

const isOpen = ({ present, state }: RunCheckpoint): boolean =>
  present && (state === 'unmeasured' || state === 'partial' || state === 'stale');
