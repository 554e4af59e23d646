import type { PanelState } from '../webview/messages.ts';
import { BasinError } from '../worker/errors.ts';
import type { GridSize, SurfaceRequest } from '../worker/protocol.ts';
import type { Engine } from './engine.ts';
import { type Ending, endingOf, isRunning, nextState, type PanelEvent } from './panelState.ts';
import { RestartBudgetError } from './workerErrors.ts';
import type { Log } from './workerProcess.ts';

/** Seconds that a landscape may take before anyone has asked for a finer one. */
const budgetSeconds = 60;

/** What stands in the way of a computation, found out before the engine is asked. */
export type Check = () => Promise<Ending | null>;

/** One checkpoint's landscape: what its panel shows, and at most one computation that changes it. */
export class Landscape {
  readonly #request: SurfaceRequest;
  readonly #engine: Pick<Engine, 'surface'>;
  readonly #log: Log;
  readonly #onChange: () => void;
  readonly #check: Check | undefined;
  #state: PanelState;
  #computation: AbortController | undefined;
  /** The grid that was asked for; without one, what the budget allows. */
  #grid: GridSize | undefined;

  constructor(
    request: SurfaceRequest,
    state: PanelState,
    engine: Pick<Engine, 'surface'>,
    log: Log,
    onChange: () => void,
    check?: Check,
  ) {
    this.#request = request;
    this.#state = state;
    this.#engine = engine;
    this.#log = log;
    this.#onChange = onChange;
    this.#check = check;
  }

  get state(): PanelState {
    return this.#state;
  }

  /** Computes the surface, unless that is under way. Every outcome ends up in the state. */
  async compute(): Promise<void> {
    if (isRunning(this.#state.phase)) return;
    const computation = new AbortController();
    this.#computation = computation;
    // A computation that was cancelled may still end while its successor runs.
    const apply = (event: PanelEvent): void => {
      if (this.#computation === computation) this.#apply(event);
    };
    apply({ type: 'started' });
    try {
      const obstacle = this.#check && (await this.#check());
      if (obstacle) {
        apply(obstacle);
        return;
      }
      const surface = await this.#engine.surface(
        { ...this.#request, ...(this.#grid === undefined ? { budgetSeconds } : { grid: this.#grid }) },
        update => apply({ type: 'partial', update }),
        computation.signal,
      );
      apply({ type: 'finished', surface });
    } catch (error) {
      const ending = endingOf(error);
      // The end of the engine is logged by its supervisor, once for all that were in flight.
      if (ending.type === 'failed' || error instanceof RestartBudgetError) this.#log('error', describe(error));
      apply(ending);
    }
  }

  /** Computes the finer grid that the surface offers. */
  async refine(): Promise<void> {
    const finer = this.#state.surface?.budget?.finer;
    if (!finer || isRunning(this.#state.phase)) return;
    this.#grid = { columns: finer.columns, rows: finer.rows };
    await this.compute();
  }

  /** Stops the computation; the surface computed so far stays. */
  cancel(): void {
    this.#computation?.abort();
  }

  /** Ends what runs and shows why nothing can be computed. */
  fail(message: string): void {
    this.cancel();
    this.#computation = undefined;
    this.#apply({ type: 'failed', message });
  }

  #apply(event: PanelEvent): void {
    const state = nextState(this.#state, event);
    if (state === this.#state) return;
    this.#state = state;
    this.#onChange();
  }
}

/** An error of ours is its sentence; anything else is a fault, whose place is worth knowing. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isSentence = error instanceof BasinError || error instanceof RestartBudgetError;
  const text = isSentence ? error.message : (error.stack ?? error.message);
  return error.cause === undefined ? text : `${text}\nCaused by: ${describe(error.cause)}`;
}
