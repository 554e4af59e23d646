import { dirname } from 'node:path';
import type { RunListRequest } from '../../worker/protocol.ts';
import type { RunMeasureName, RunResult } from '../../worker/results.ts';
import { endingOf } from '../panelState.ts';
import type { Log } from '../workerProcess.ts';
import { arrivedBetween, awaitsCompletion, isSameListing, withKnownObjects, withMeasures } from './arrivals.ts';
import type { Clock } from './clock.ts';
import { Coalescer, type Pace } from './coalescer.ts';
import { Measurer, type MeasurerParts, type Obstacle, type Wish } from './measurer.ts';
import type { CheckpointOfRun, RunSource, RunState } from './runSource.ts';

/** What a registry of runs needs around it. */
export interface RunsParts {
  readonly engine: {
    readonly runFolders: (
      request: { readonly roots: readonly string[] },
      signal: AbortSignal,
    ) => Promise<readonly { readonly folder: string }[]>;
    readonly runList: (request: RunListRequest, signal: AbortSignal) => Promise<RunResult>;
    readonly run: MeasurerParts['run'];
  };
  /** The workspace's folders. */
  readonly roots: () => readonly string[];
  /** A folder as VS Code shows it. */
  readonly labelOf: (folder: string) => string;
  /** Calls `onEvent` when an entry of the folder is made, written or deleted. */
  readonly watch: (folder: string, onEvent: () => void) => { dispose(): void };
  /** A digest of the folder as it is now, cheaply; `null` where it cannot be listed. */
  readonly look: (folder: string) => Promise<string | null>;
  readonly budgetSeconds: () => number;
  /** What the project of a run's folder lacks for measuring it. */
  readonly obstacle: (folder: string) => Promise<Obstacle | undefined>;
  /** Which runs were being measured, kept from one window to the next. */
  readonly wishes: {
    readonly read: (folder: string) => Promise<Wish | null>;
    readonly keep: (folder: string, wish: Wish | null) => void;
  };
  readonly clock: Clock;
  readonly log: Log;
}

/** Listings are asked for when a folder has been quiet, every few seconds while it never is. */
const listingPace: Pace = { quietMs: 1000, latestMs: 5000, share: 0.05 };
const findingPace: Pace = { quietMs: 1000, latestMs: 5000, share: 0.02 };
/** A file that was written just now may be left out of a listing: so long after the last event there is another one. */
const settledMs = 4000;
/** A file that is still being written is looked at again after a while, which grows as long as nothing comes of it. */
const firstRetryMs = 2000;
const lastRetryMs = 60_000;

/**
 * The runs of the workspace: found, watched, listed when something has changed, and measured when someone asks. It
 * knows nothing of VS Code, does no arithmetic and reads no checkpoint.
 */
export class Runs implements RunSource {
  readonly #parts: RunsParts;
  readonly #watched = new Map<string, WatchedRun>();
  readonly #measurer: Measurer;
  readonly #finder: Coalescer;
  readonly #stopping = new AbortController();
  readonly #changeListeners = new Set<() => void>();
  readonly #arrivalListeners = new Set<(arrived: readonly CheckpointOfRun[]) => void>();
  /** The folders that hold runs, to learn of new ones: what they looked like. */
  readonly #parents = new Map<string, string | null>();
  #isFound = false;

  constructor(parts: RunsParts) {
    this.#parts = parts;
    this.#measurer = new Measurer({
      ...parts,
      run: parts.engine.run,
      onChange: () => this.#changed(),
      onResult: (folder, result) => this.#watched.get(folder)?.take(result),
      onWish: parts.wishes.keep,
    });
    this.#finder = new Coalescer(() => this.#find(), findingPace, parts.clock);
  }

  /** Whether the workspace was searched, so that no run means that there is none. */
  get isFound(): boolean {
    return this.#isFound;
  }

  get runs(): readonly RunState[] {
    return [...this.#watched.values()].map(run => this.#stateOf(run));
  }

  run(folder: string): RunState | undefined {
    const run = this.#watched.get(folder);
    return run && this.#stateOf(run);
  }

  /** The checkpoint with this path, where it is one of a run and still there. */
  checkpoint(path: string): CheckpointOfRun | undefined {
    const run = this.run(dirname(path));
    const name = path.slice(dirname(path).length + 1);
    const checkpoint = run?.result?.checkpoints.find(({ file, present }) => present && file === name);
    return run && checkpoint && { run, checkpoint };
  }

  onDidChange(listener: () => void): { dispose(): void } {
    return subscribe(this.#changeListeners, listener);
  }

  /** Called with checkpoints that landed after the first listing of their run. */
  onDidArrive(listener: (arrived: readonly CheckpointOfRun[]) => void): { dispose(): void } {
    return subscribe(this.#arrivalListeners, listener);
  }

  /** Finds the runs and lists each again; resolves when all is known. */
  async refresh(): Promise<void> {
    const before = new Set(this.#watched.values());
    await this.#finder.now();
    await Promise.all([...this.#watched.values()].map(run => (before.has(run) ? run.list() : run.firstListing)));
  }

  /** More may be known of the checkpoints in these folders than the last listings of their runs tell. */
  listAgain(folders: readonly string[]): void {
    for (const folder of new Set(folders)) void this.#watched.get(folder)?.list();
  }

  /** A checkpoint or a basin.json was made, changed or deleted somewhere: there may be other runs than before. */
  reportElsewhere(): void {
    this.#finder.report();
  }

  /** Looks at every folder for changes that no event told of. */
  async rescan(): Promise<void> {
    for (const run of [...this.#watched.values()]) await run.rescan();
    for (const [parent, before] of [...this.#parents]) {
      if ((await this.#parts.look(parent)) === before) continue;
      this.#finder.report();
      return;
    }
  }

  measure(folder: string, budgetSeconds?: number, measures?: readonly RunMeasureName[]): void {
    this.#measurer.measure(folder, budgetSeconds, measures);
  }

  /** Measures one checkpoint soon; see {@link Measurer.measureOnly}. */
  measureOnly({ run, checkpoint }: CheckpointOfRun, measures: readonly RunMeasureName[]): void {
    this.#measurer.measureOnly(run.folder, checkpoint.file, measures);
  }

  pause(folder: string): void {
    this.#measurer.pause(folder);
  }

  /** Whether something computes that someone waits for; measuring steps aside for so long. */
  stepAside(isBusy: boolean): void {
    this.#measurer.stepAside(isBusy);
  }

  dispose(): void {
    this.#stopping.abort();
    this.#finder.dispose();
    this.#measurer.dispose();
    for (const run of this.#watched.values()) run.dispose();
    this.#changeListeners.clear();
    this.#arrivalListeners.clear();
  }

  #stateOf(run: WatchedRun): RunState {
    const measuring = this.#measurer.state(run.folder);
    return { ...run.state, ...(measuring && { measuring }) };
  }

  #changed(): void {
    for (const listener of this.#changeListeners) listener();
  }

  async #find(): Promise<void> {
    const { engine, roots, labelOf, look, log } = this.#parts;
    try {
      const found = roots().length === 0 ? [] : await engine.runFolders({ roots: roots() }, this.#stopping.signal);
      const folders = found.map(({ folder }) => folder);
      for (const folder of [...this.#watched.keys()]) if (!folders.includes(folder)) this.#forget(folder);
      const labelled = folders.map(folder => ({ folder, label: labelOf(folder) }));
      labelled.sort((one, other) => byLabel.compare(one.label, other.label));
      for (const { folder, label } of labelled) {
        const known = this.#watched.get(folder);
        const run = known ?? this.#watch(folder, label);
        // Inserting it again puts it where its label belongs.
        this.#watched.delete(folder);
        this.#watched.set(folder, run);
        if (known === undefined) void this.#goOn(folder);
      }
      this.#parents.clear();
      for (const parent of new Set(folders.map(folder => dirname(folder))))
        this.#parents.set(parent, await look(parent));
      this.#isFound = true;
      this.#changed();
    } catch (error) {
      const ending = endingOf(error);
      if (ending.type !== 'cancelled') log('warn', `The workspace could not be searched for runs: ${ending.message}`);
    }
  }

  #watch(folder: string, label: string): WatchedRun {
    return new WatchedRun(folder, label, {
      ...this.#parts,
      list: () => this.#parts.engine.runList({ folder }, this.#stopping.signal),
      onChange: () => this.#changed(),
      onListing: (before, after) => this.#onListing(folder, before, after),
    });
  }

  /** What was being measured when a window was closed or reloaded, or its extension host ended, is measured on. */
  async #goOn(folder: string): Promise<void> {
    const wish = await this.#parts.wishes.read(folder);
    const isAnswered = this.#measurer.state(folder) !== undefined || !this.#watched.has(folder);
    if (wish === null || isAnswered) return;
    this.measure(folder, wish.secondsLeft ?? Number.POSITIVE_INFINITY, wish.measures);
  }

  #onListing(folder: string, before: RunResult | undefined, after: RunResult): void {
    this.#measurer.listed(folder, after);
    const run = this.run(folder);
    if (before === undefined || run === undefined) return;
    const arrived = arrivedBetween(before, after).map(checkpoint => ({ run, checkpoint }));
    if (arrived.length > 0) for (const listener of this.#arrivalListeners) listener(arrived);
  }

  #forget(folder: string): void {
    this.#watched.get(folder)?.dispose();
    this.#watched.delete(folder);
    this.#measurer.forget(folder);
  }
}

interface WatchedRunParts extends Pick<RunsParts, 'watch' | 'look' | 'clock' | 'log'> {
  readonly list: () => Promise<RunResult>;
  readonly onChange: () => void;
  /** Called after each listing, also one that says what the last one said. */
  readonly onListing: (before: RunResult | undefined, after: RunResult) => void;
}

/** One folder: watched, and listed again when it has changed. */
class WatchedRun {
  readonly folder: string;
  readonly firstListing: Promise<void>;
  readonly #label: string;
  readonly #parts: WatchedRunParts;
  readonly #lister: Coalescer;
  readonly #watcher: { dispose(): void };
  #result: RunResult | undefined;
  #problem: string | undefined;
  #looked: string | null | undefined;
  #retryMs = firstRetryMs;
  #cancelRetry: (() => void) | undefined;
  #cancelSettled: (() => void) | undefined;
  #isDisposed = false;

  constructor(folder: string, label: string, parts: WatchedRunParts) {
    this.folder = folder;
    this.#label = label;
    this.#parts = parts;
    this.#lister = new Coalescer(() => this.#list(), listingPace, parts.clock);
    this.#watcher = parts.watch(folder, () => this.#onEvent());
    this.firstListing = this.#lister.now();
  }

  get state(): RunState {
    return {
      folder: this.folder,
      label: this.#label,
      ...(this.#result && { result: this.#result }),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  list(): Promise<void> {
    return this.#lister.now();
  }

  /** More is known of the run's checkpoints by measuring. */
  take(measured: RunResult): void {
    const listed = this.#result;
    const result = withKnownObjects(listed, listed === undefined ? measured : withMeasures(listed, measured));
    if (isSameListing(this.#result, result)) return;
    this.#result = result;
    this.#parts.onChange();
  }

  async rescan(): Promise<void> {
    const seen = await this.#parts.look(this.folder);
    if (seen !== this.#looked) this.#onEvent();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#watcher.dispose();
    this.#lister.dispose();
    this.#cancelRetry?.();
    this.#cancelSettled?.();
  }

  #onEvent(): void {
    this.#retryMs = firstRetryMs;
    this.#lister.report();
    this.#cancelSettled?.();
    this.#cancelSettled = this.#parts.clock.after(settledMs, () => this.#lister.report());
  }

  async #list(): Promise<void> {
    const { list, look, onChange, onListing, log } = this.#parts;
    this.#cancelRetry?.();
    try {
      this.#looked = await look(this.folder);
      const listed = await list();
      if (this.#isDisposed) return;
      const before = this.#result;
      const result = withKnownObjects(before, listed);
      this.#problem = undefined;
      if (!isSameListing(before, result)) {
        this.#result = result;
        onChange();
      }
      onListing(before, result);
      if (awaitsCompletion(result)) this.#retry();
    } catch (error) {
      const ending = endingOf(error);
      if (ending.type === 'cancelled' || this.#isDisposed) return;
      // It is tried again and again, and said once.
      if (this.#problem !== ending.message) {
        log('warn', `${this.#label}: the run could not be listed: ${ending.message}`);
        this.#problem = ending.message;
        onChange();
      }
      // An engine that ended over this run would end again and again, and with it what the user computes.
      if (ending.type !== 'stopped') this.#retry();
    }
  }

  #retry(): void {
    this.#cancelRetry = this.#parts.clock.after(this.#retryMs, () => this.#lister.report());
    this.#retryMs = Math.min(lastRetryMs, this.#retryMs * 2);
  }
}

const byLabel = new Intl.Collator('en', { numeric: true });

function subscribe<T>(listeners: Set<T>, listener: T): { dispose(): void } {
  listeners.add(listener);
  return { dispose: () => void listeners.delete(listener) };
}
