import { isDeepStrictEqual } from 'node:util';
import type { ExportKind, PanelState, PlaneOptions, SurfaceOptions } from '../webview/messages.ts';
import { BasinError } from '../worker/errors.ts';
import type { Split, SurfaceResult, SurfaceUpdate } from '../worker/results.ts';
import type { StoredSurface } from '../worker/store/store.ts';
import type { Engine } from './engine.ts';
import {
  type Computation,
  type Ending,
  endingOf,
  isRunning,
  nextState,
  type PanelEvent,
  restoredComputation,
  resumableOf,
} from './panelState.ts';
import { defaultOptions, estimateOf, type Measured, surfaceRequestOf } from './surfaceOptions.ts';
import type { PassCost } from './volumeEstimate.ts';
import { RestartBudgetError } from './workerErrors.ts';
import type { Log } from './workerProcess.ts';

/** What is known of a checkpoint before the engine is asked. */
export interface Facts {
  /** What stands in the way of a computation. */
  readonly obstacle?: Ending;
  /** The splits and the seed that basin.json has. */
  readonly splits?: readonly Split[];
  readonly seed?: number;
}

/** What outlives a panel and its window: with what it was computed, and under which key the result is kept. */
export interface Remembered {
  readonly options: SurfaceOptions;
  readonly key?: string;
}

export interface LandscapeParts {
  /** The checkpoint's path, and what the panel calls it. */
  readonly checkpoint: string;
  readonly label: string;
  readonly engine: Pick<Engine, 'surface'>;
  readonly log: Log;
  /** Called after every change of the state. */
  readonly onChange: () => void;
  /** Asked before every computation. */
  readonly facts?: () => Promise<Facts>;
  /** What was remembered of this checkpoint; taken up before the first computation, or when it is restored. */
  readonly remembered?: Promise<Remembered | null>;
  readonly remember?: (remembered: Remembered) => void;
}

/** One checkpoint's landscape: what its panel shows, and at most one computation that changes it. */
export class Landscape {
  readonly #parts: LandscapeParts;
  #computation: Computation = { phase: 'cancelled' };
  #running: AbortController | undefined;
  /** Absent until basin.json has been read, which knows the seed. */
  #options: SurfaceOptions | undefined;
  #key: string | undefined;
  #splits: readonly Split[] | undefined;
  #asked: SurfaceOptions | undefined;
  #measured: Measured | undefined;

  constructor(parts: LandscapeParts) {
    this.#parts = parts;
  }

  get state(): PanelState {
    const { surface } = this.#computation;
    const resumable = resumableOf(this.#computation);
    return {
      checkpoint: this.#parts.label,
      ...this.#computation,
      ...(this.#options !== undefined && { options: this.#options }),
      ...(this.#asked !== undefined && { estimate: estimateOf(this.#asked, this.#measured, this.#kept(this.#asked)) }),
      ...(this.#splits !== undefined && { splits: this.#splits }),
      ...(resumable !== undefined && { resumable }),
      ...(surface !== undefined && { exports: exportsOf(surface) }),
    };
  }

  /** What a pass over the sample took: a cell is one, unless statistics are recomputed there. */
  get pass(): PassCost | undefined {
    if (this.#measured === undefined) return undefined;
    const { result, cost } = this.#measured;
    const { samples, parameters, mode } = result.provenance;
    if (cost.secondsPerCell === null || mode.batchNorm === 'recomputed') return undefined;
    return { seconds: cost.secondsPerCell, samples, parameters: parameters.count };
  }

  /**
   * Shows what is kept of a landscape whose window was reloaded.
   *
   * @param written When the checkpoint was written last, in milliseconds since the epoch.
   */
  async restore(kept: StoredSurface | undefined, written?: number): Promise<void> {
    await this.#recall();
    if (kept !== undefined) this.#measured = kept;
    this.#computation = restoredComputation(kept?.result, written);
    const { splits } = (await this.#parts.facts?.()) ?? {};
    this.#splits = splits;
    this.#parts.onChange();
  }

  /** Computes the surface, or what is missing of it, unless that is under way. Every outcome ends up in the state. */
  async compute(options?: SurfaceOptions): Promise<void> {
    await this.#compute(options, { fresh: false });
  }

  /** Computes the surface in another plane, with what was chosen besides; what computes in another one ends. */
  async computePlane(plane: PlaneOptions): Promise<void> {
    if (isRunning(this.#computation.phase)) {
      if (isDeepStrictEqual(this.#options?.plane, plane)) return;
      this.cancel();
      this.#running = undefined;
      this.#apply({ type: 'cancelled' });
    }
    // A range is in units of its own plane.
    await this.#compute(undefined, { fresh: false, change: options => ({ ...options, plane, range: 1 }) });
  }

  /** Computes the surface again; what was interrupted begins anew. */
  async retry(): Promise<void> {
    await this.#compute(undefined, { fresh: resumableOf(this.#computation) !== undefined });
  }

  /** Computes the finer grid that the surface offers. */
  async refine(): Promise<void> {
    const finer = this.#computation.surface?.budget?.finer;
    if (!finer || this.#options === undefined) return;
    await this.compute({
      ...this.#options,
      grid: { kind: 'size', columns: finer.columns, rows: finer.rows },
    });
  }

  /** Says in the state what computing with these options would take. */
  estimate(options: SurfaceOptions): void {
    this.#asked = options;
    this.#parts.onChange();
  }

  /** Stops the computation; the surface computed so far stays. */
  cancel(): void {
    this.#running?.abort();
  }

  /** Ends what runs and shows why nothing can be computed. */
  fail(message: string): void {
    this.cancel();
    this.#running = undefined;
    this.#apply({ type: 'failed', message });
  }

  async #compute(
    options: SurfaceOptions | undefined,
    { fresh, change }: { readonly fresh: boolean; readonly change?: (options: SurfaceOptions) => SurfaceOptions },
  ): Promise<void> {
    if (isRunning(this.#computation.phase)) return;
    if (options !== undefined) this.#options = options;
    const running = new AbortController();
    this.#running = running;
    // A computation that was cancelled may still end while its successor runs.
    const apply = (event: PanelEvent): void => {
      if (this.#running === running) this.#apply(event);
    };
    apply({ type: 'started' });
    try {
      await this.#recall();
      const { obstacle, splits, seed } = (await this.#parts.facts?.()) ?? {};
      this.#splits = splits;
      if (obstacle) {
        apply(obstacle);
        return;
      }
      this.#options ??= defaultOptions(seed ?? 0);
      if (change !== undefined) this.#options = change(this.#options);
      this.#remember();
      const surface = await this.#parts.engine.surface(
        { ...surfaceRequestOf(this.#parts.checkpoint, this.#options), ...(fresh && { fresh }) },
        update => {
          if (this.#running !== running) return;
          this.#learn(update);
          apply({ type: 'partial', update });
        },
        running.signal,
      );
      apply({ type: 'finished', surface });
    } catch (error) {
      const ending = endingOf(error);
      // The end of the engine is logged by its supervisor, once for all that were in flight.
      if (ending.type === 'failed' || error instanceof RestartBudgetError) this.#parts.log('error', describe(error));
      apply(ending);
    }
  }

  /** What was chosen since counts more than what was remembered. */
  async #recall(): Promise<void> {
    const { options, key } = (await this.#parts.remembered) ?? {};
    this.#options ??= options;
    this.#key ??= key;
  }

  /** How many cells need not be computed with these options: those of the grid that was interrupted. */
  #kept(options: SurfaceOptions): number {
    if (!isDeepStrictEqual(options, this.#options)) return 0;
    return resumableOf(this.#computation)?.done ?? 0;
  }

  #learn({ result, secondsPerCell, memoryBytes, key }: SurfaceUpdate): void {
    this.#measured = { result, cost: { secondsPerCell, memoryBytes } };
    if (key === undefined || key === this.#key) return;
    this.#key = key;
    this.#remember();
  }

  /** Until there is something of a new surface, what is kept of the last one is what a reload can show. */
  #remember(): void {
    if (this.#options === undefined) return;
    this.#parts.remember?.({ options: this.#options, ...(this.#key !== undefined && { key: this.#key }) });
  }

  #apply(event: PanelEvent): void {
    const computation = nextState(this.#computation, event);
    if (computation === this.#computation) return;
    this.#computation = computation;
    this.#parts.onChange();
  }
}

/** Directions that came from a file are there already; eigenvectors take long to find again. */
const exportsOf = (surface: SurfaceResult): readonly ExportKind[] => [
  ...documentExports(surface),
  ...(['random', 'pca', 'three'].includes(surface.plane.kind) ? (['directions'] as const) : []),
];

/** What of a surface can be exported without its checkpoint. */
export const documentExports = ({ path }: SurfaceResult): readonly ExportKind[] =>
  path === undefined ? ['png', 'svg', 'csv', 'json'] : ['png', 'svg', 'csv', 'path', 'json'];

/** For the log: an error of ours is its sentence; anything else is a fault, whose place is worth knowing. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isSentence = error instanceof BasinError || error instanceof RestartBudgetError;
  const text = isSentence ? error.message : (error.stack ?? error.message);
  return error.cause === undefined ? text : `${text}\nCaused by: ${describe(error.cause)}`;
}
