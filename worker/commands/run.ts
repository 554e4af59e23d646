import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NotFiniteError } from '../analysis/krylov.ts';
import { BasinError, interruptedError, throwIfAborted, usageError } from '../errors.ts';
import type { RunFolder, RunFoldersRequest, RunListRequest, RunRequest } from '../protocol.ts';
import {
  DEFAULT_RUN_MEASURES,
  RUN_MEASURE_NAMES,
  type RunMeasureName,
  type RunResult,
  type RunUpdate,
  type VolumePrior,
} from '../results.ts';
import type { Claim } from '../run/claims.ts';
import { findRuns } from '../run/find.ts';
import { currentVersion, type FileVersion, isSameVersion, versionKey } from '../run/folder.ts';
import { type Asked, listRun, type RunListing } from '../run/list.ts';
import { hasAll, type Measurements, measuresOf } from '../run/measurements.ts';
import { rememberMeasured } from '../run/remember.ts';
import type { OpenRun, Runs } from '../run/runs.ts';
import { SETTLED } from '../run/steadiness.ts';
import type { Context } from './context.ts';
import { CheckpointMeasures, DivergedError, measuresWith } from './measure.ts';
import type { Neighbour } from './measureGroups.ts';
import { volumeWish } from './volumeMeasure.ts';
import { runPrior } from './volumePrior.ts';

/** The folders of a workspace that hold runs. */
export const runFolders = ({ roots }: RunFoldersRequest, signal: AbortSignal): Promise<readonly RunFolder[]> =>
  findRuns(roots, signal);

/** What is known of a run's checkpoints; nothing computes. */
export async function runList(request: RunListRequest, runs: Runs, signal: AbortSignal): Promise<RunResult> {
  const run = await runs.open(request);
  return (await listRun(run, signal)).result;
}

/** How often files that were being written when a request came are looked at again, and what other processes measure. */
const LOOK_AGAIN = 500;

/**
 * Measures the checkpoints of a run that are not measured, the newest first, those that land meanwhile among them; yields
 * what is known as it grows. What is measured is kept at once. A checkpoint that cannot be measured does not keep the
 * others from it, and what another process measures at the same time is awaited, not measured twice.
 * Throws `input` where the folder or its project cannot be read, and `interrupted`.
 */
export async function* run(request: RunRequest, runs: Runs, context: Context): AsyncGenerator<RunUpdate> {
  const unknown = request.measures?.find(name => !RUN_MEASURE_NAMES.includes(name));
  if (unknown !== undefined) {
    throw usageError(`There is no measure "${unknown}"; use some of ${RUN_MEASURE_NAMES.join(', ')}.`);
  }
  const { budgetSeconds = Number.POSITIVE_INFINITY } = request;
  if (!(budgetSeconds >= 0)) throw usageError(`A budget of ${budgetSeconds} s is no number of 0 or more.`);
  const opened = await runs.open(request);
  if (opened.project === null) throw opened.projectProblem;
  const asked = measuresWith(opened.project, request.measures ?? DEFAULT_RUN_MEASURES);
  if (asked.length === 0) {
    throw usageError(
      `${opened.project.file}: has no "test" split, so that nothing that was asked for can be measured.`,
    );
  }
  const measuring = new Measuring(opened, request, asked, context);
  let listing = await measuring.begin();
  if (request.only !== undefined && !listing.files.some(({ version }) => version.file === request.only)) {
    throw usageError(`${request.folder}: there is no checkpoint ${request.only}; name a file in that folder.`);
  }
  const awaited = new Set(
    listing.files.flatMap(({ version, look }) => (look.is === 'unsettled' ? [version.file] : [])),
  );
  const waitUntil = performance.now() + SETTLED + LOOK_AGAIN;
  yield measuring.update(listing);
  for (;;) {
    throwIfAborted(context.signal);
    const isSpent = measuring.elapsedSeconds >= budgetSeconds;
    const next = isSpent ? null : await measuring.next(listing);
    if (next !== null && next !== 'elsewhere') {
      try {
        for await (const update of measuring.measure(listing, next.version)) if (measuring.isDue(update)) yield update;
      } finally {
        await next.claim.release();
      }
    } else if (
      next === 'elsewhere' ||
      (!isSpent && measuring.listedAt < waitUntil && measuring.isAwaiting(listing, awaited))
    ) {
      await delay(LOOK_AGAIN, undefined, { signal: context.signal }).catch(() => {
        throw interruptedError();
      });
    } else {
      // Whatever was left out before, the last update is the whole.
      yield measuring.update(listing);
      return;
    }
    listing = await measuring.list();
    const update = measuring.update(listing);
    if (measuring.isDue(update)) yield update;
  }
}

/** A run of so many checkpoints is told of as often as anything changes; a longer one less often, since it is told whole. */
const CHECKPOINTS_AT_ONCE = 100;

/** Between two updates of a longer run, milliseconds a checkpoint. */
const PACE = 5;

/** Of a checkpoint that takes long, in seconds. */
interface Spent {
  readonly taken: number;
  readonly left: number;
}

/** What is being measured of a run, and how far that is. */
class Measuring {
  readonly #run: OpenRun;
  readonly #request: RunRequest;
  readonly #asked: readonly RunMeasureName[];
  readonly #context: Context;
  readonly #started = performance.now();
  /** Versions that were begun, measured or not: none is begun twice. */
  readonly #begun = new Set<string>();
  readonly #neighbour: Neighbour = { vectors: [] };
  /** By which all volumes of the run are measured; null where none is asked for, or there is none. */
  #prior: VolumePrior | null = null;
  #listedAt = 0;
  #toldAt = 0;
  #done = 0;
  #measuredSeconds = 0;
  #memoryBytes = 0;

  constructor(run: OpenRun, request: RunRequest, asked: readonly RunMeasureName[], context: Context) {
    this.#run = run;
    this.#request = request;
    this.#asked = asked;
    this.#context = context;
  }

  get elapsedSeconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** When the last listing began, as `performance.now` counts. */
  get listedAt(): number {
    return this.#listedAt;
  }

  /** The first listing, by which it is settled what volumes are measured with. */
  async begin(): Promise<RunListing> {
    const listing = await this.list();
    if (!this.#asked.includes('log-volume')) return listing;
    this.#prior = await runPrior(this.#run, this.#request, listing, this.#context);
    return this.list();
  }

  async list(): Promise<RunListing> {
    this.#listedAt = performance.now();
    await this.#run.log.refresh();
    return listRun(this.#run, this.#context.signal, this.#request, this.#wanted);
  }

  get #wanted(): Asked {
    return { names: this.#asked, ...(this.#prior !== null && { volume: volumeWish(this.#prior) }) };
  }

  /**
   * The newest checkpoint that is left to measure and that no other process measures; `elsewhere` where others measure all
   * that is left, null where nothing is.
   */
  async next(
    listing: RunListing,
  ): Promise<{ readonly version: FileVersion; readonly claim: Claim } | 'elsewhere' | null> {
    const left = this.#left(listing);
    for (const version of left.toReversed()) {
      const claim = await this.#run.claims.take(`${this.#run.log.id} ${listing.settings} ${versionKey(version)}`);
      if (claim !== null) return { version, claim };
    }
    return left.length === 0 ? null : 'elsewhere';
  }

  /** Whether one of some files, and none other, is still being written. */
  isAwaiting({ files }: RunListing, awaited: ReadonlySet<string>): boolean {
    return files.some(
      ({ version, look }) => look.is === 'unsettled' && awaited.has(version.file) && this.#isMeant(version),
    );
  }

  /** Whether it is time for another update, which whoever asks then sends. */
  isDue({ result: { checkpoints } }: RunUpdate): boolean {
    const now = performance.now();
    if (checkpoints.length > CHECKPOINTS_AT_ONCE && now - this.#toldAt < PACE * checkpoints.length) return false;
    this.#toldAt = now;
    return true;
  }

  /** @param own seconds that the checkpoint being measured has taken, and will still take, once that is known. */
  update(listing: RunListing, current: RunUpdate['current'] = null, own: Spent | null = null): RunUpdate {
    const left = this.#left(listing).length + (current === null ? 0 : 1);
    const mean = this.#done === 0 ? null : this.#measuredSeconds / this.#done;
    const each = mean ?? (own && own.taken + own.left);
    return {
      result: listing.result,
      progress: {
        done: this.#done,
        total: this.#done + left,
        elapsedSeconds: this.elapsedSeconds,
        remainingSeconds: left === 0 ? 0 : each && (own === null ? each * left : own.left + each * (left - 1)),
      },
      current,
      memoryBytes: this.#memoryBytes,
      isKept: this.#run.documents !== null,
    };
  }

  /** Measures a checkpoint and remembers it; what goes wrong with it alone is remembered too. */
  async *measure(listing: RunListing, version: FileVersion): AsyncGenerator<RunUpdate> {
    const started = performance.now();
    this.#begun.add(versionKey(version));
    try {
      yield* this.#measure(listing, version);
    } catch (error) {
      if (!(error instanceof BasinError) || !isOwnFault(error)) throw error;
      // It was written to, or taken away, meanwhile: what it says then is nothing about a checkpoint.
      const now = await currentVersion(this.#run.folder, version.file);
      if (now === null || !isSameVersion(now, version) || error.kind === 'incomplete') return;
      const failed = { settings: listing.settings!, reason: error.message, isFinal: isFinal(error) };
      await this.#run.log.add([{ ...version, failed }]);
    }
    this.#done++;
    this.#measuredSeconds += (performance.now() - started) / 1000;
  }

  async *#measure(listing: RunListing, version: FileVersion): AsyncGenerator<RunUpdate> {
    const checkpoint = await CheckpointMeasures.open(
      { ...this.#request, checkpoint: join(this.#run.folder, version.file) },
      this.#asked,
      this.#run,
      this.#neighbour,
      this.#context,
      { prior: this.#prior },
    );
    try {
      const measured = { settings: listing.settings!, keys: checkpoint.keys, asked: this.#asked };
      if (!(await rememberMeasured(this.#run, version, measured, this.#context.signal))) return;
      this.#memoryBytes = checkpoint.memoryBytes;
      const started = performance.now();
      for await (const { measure, secondsLeft } of checkpoint.measure(this.#context.signal)) {
        const result = withMeasures(listing.result, version.file, checkpoint.documents, this.#wanted);
        const own = secondsLeft === null ? null : { taken: (performance.now() - started) / 1000, left: secondsLeft };
        yield this.update({ ...listing, result }, { file: version.file, measure }, own);
      }
    } finally {
      await checkpoint.close();
    }
  }

  /** Checkpoints that are left to measure, in the run's order. */
  #left({ result, files, settings }: RunListing): readonly FileVersion[] {
    const versions = new Map(files.map(({ version, look }) => [version.file, { version, look }]));
    return result.checkpoints.flatMap(({ file, present, state }) => {
      const found = present ? versions.get(file) : undefined;
      if (found?.look.is !== 'checkpoint' || !this.#isMeant(found.version)) return [];
      const isLeft =
        state === 'unmeasured' ||
        state === 'partial' ||
        state === 'stale' ||
        (state === 'failed' && this.#isTriedAgain(found.version, settings));
      return isLeft && !this.#begun.has(versionKey(found.version)) ? [found.version] : [];
    });
  }

  /** What may go well another time is tried again, and anything by who names it. */
  #isTriedAgain(version: FileVersion, settings: string | null): boolean {
    const failed = this.#run.log.of(version)?.failed.findLast(own => own.settings === settings);
    return this.#request.only !== undefined || failed?.isFinal === false;
  }

  #isMeant({ file }: FileVersion): boolean {
    return this.#request.only === undefined || this.#request.only === file;
  }
}

/** Whether an error says something of one checkpoint, and not of the request. */
export const isOwnFault = ({ kind }: BasinError): boolean =>
  kind === 'input' || kind === 'incomplete' || kind === 'computation';

/** Whether it would happen again: the same file, or numbers that are not finite. */
const isFinal = (error: BasinError): boolean =>
  error.kind === 'input' || error instanceof DivergedError || error instanceof NotFiniteError;

/** A run with what is known of one of its checkpoints by now. */
function withMeasures(
  result: RunResult,
  file: string,
  documents: readonly Measurements[],
  { names, volume }: Asked,
): RunResult {
  const measures = measuresOf(documents);
  const [train] = documents;
  if (train === undefined) return result;
  const state = hasAll(documents, names, volume) ? 'measured' : 'partial';
  return {
    ...result,
    checkpoints: result.checkpoints.map(own =>
      own.file === file && own.present ? { ...own, state, measures, provenance: train.provenance } : own,
    ),
  };
}
