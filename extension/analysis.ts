import type { Analyses, AnalysisName, AnalysisState } from '../webview/messages.ts';
import type { Engine } from './engine.ts';
import { describe, type Facts } from './landscape.ts';
import { type Ending, endingOf, isRunning } from './panelState.ts';
import { RestartBudgetError } from './workerErrors.ts';
import type { Log } from './workerProcess.ts';

/** A result as far as it was computed, and with what. */
export interface Kept<Name extends AnalysisName> {
  readonly options: Analyses[Name]['options'];
  readonly result: Analyses[Name]['result'];
}

/** An update, and of what. */
export interface Measured<Name extends AnalysisName> {
  readonly options: Analyses[Name]['options'];
  readonly update: Analyses[Name]['update'];
}

/** What tells one analysis from another; all else they share. */
export interface AnalysisKind<Name extends AnalysisName> {
  readonly name: Name;
  /** What sentences call it: `spectrum`. */
  readonly noun: string;
  /** What computing does with a result that was interrupted. */
  readonly again: 'begins anew' | 'goes on from there';
  /** What it is computed with until someone chooses. */
  readonly proposed: Analyses[Name]['options'];
  compute(
    engine: Engine,
    checkpoint: string,
    options: Analyses[Name]['options'],
    onPartial: (update: Analyses[Name]['update']) => void,
    signal: AbortSignal,
  ): Promise<Analyses[Name]['result']>;
  /**
   * The words of the terminal line that computes the same numbers, with all that they depend on spelled out.
   *
   * @param checkpoint Its path as the terminal reaches it.
   */
  command(kept: Kept<Name>, checkpoint: string): readonly string[];
  /** The numbers as comma-separated values. */
  csv(result: Analyses[Name]['result']): string;
}

export interface AnalysisParts<Name extends AnalysisName> {
  readonly kind: AnalysisKind<Name>;
  /** The checkpoint's path. */
  readonly checkpoint: string;
  readonly engine: Engine;
  readonly log: Log;
  /** Called after every change of the state. */
  readonly onChange: () => void;
  /** Asked before every computation. */
  readonly facts?: () => Promise<Facts>;
  /** Called with every partial result, each valid on its own, and with the last one. */
  readonly keep?: (kept: Kept<Name>) => void;
}

/** One analysis of one checkpoint: what its panel shows, and at most one computation that changes it. */
export class Analysis<Name extends AnalysisName> {
  readonly #parts: AnalysisParts<Name>;
  #state: AnalysisState<Name>;
  #running: AbortController | undefined;
  #measured: Measured<Name> | undefined;

  constructor(parts: AnalysisParts<Name>) {
    this.#parts = parts;
    this.#state = { phase: 'idle', options: parts.kind.proposed };
  }

  get state(): AnalysisState<Name> {
    return this.#state;
  }

  /** What was computed last in this panel, and what it took. */
  get measured(): Measured<Name> | undefined {
    return this.#measured;
  }

  get computing(): boolean {
    return isRunning(this.#state.phase);
  }

  /**
   * Shows what is kept, unless something was computed meanwhile; nothing computes.
   *
   * @param written When the checkpoint was written last, in milliseconds since the epoch.
   */
  restore({ options, result }: Kept<Name>, written: number | undefined): void {
    if (this.#state.phase !== 'idle') return;
    this.#show({ options, result, ...restoredPhase(this.#parts.kind, result, written) });
  }

  /** Computes it, unless that is under way. Every outcome ends up in the state. */
  async compute(options: Analyses[Name]['options']): Promise<void> {
    if (this.computing) return;
    const running = new AbortController();
    this.#running = running;
    // A computation that was cancelled may still end while its successor runs.
    const isCurrent = (): boolean => this.#running === running && this.computing;
    const { result: before } = this.#state;
    this.#show({ phase: 'starting', options, ...(before && { result: before }) });
    const { kind, checkpoint, engine, facts, keep, log } = this.#parts;
    try {
      const { obstacle } = (await facts?.()) ?? {};
      if (obstacle) {
        if (isCurrent()) this.#end(obstacle);
        return;
      }
      const result = await kind.compute(
        engine,
        checkpoint,
        options,
        update => {
          if (isCurrent()) this.#grow(update);
        },
        running.signal,
      );
      if (!isCurrent()) return;
      keep?.({ options, result });
      this.#show({ phase: 'done', options, result });
    } catch (error) {
      const ending = endingOf(error);
      // The end of the engine is logged by its supervisor, once for all that were in flight.
      if (ending.type === 'failed' || error instanceof RestartBudgetError) log('error', describe(error));
      if (isCurrent()) this.#end(ending);
    }
  }

  /** Stops the computation; what was computed so far stays. */
  cancel(): void {
    this.#running?.abort();
  }

  /** Ends what runs and shows why nothing can be computed. */
  fail(message: string): void {
    this.cancel();
    this.#running = undefined;
    this.#end({ type: 'failed', message });
  }

  #grow(update: Analyses[Name]['update']): void {
    const { options } = this.#state;
    const { result, ...progress } = update;
    this.#measured = { options, update };
    this.#parts.keep?.({ options, result });
    this.#show({ phase: 'computing', options, result, progress });
  }

  #end(ending: Ending): void {
    const { options, result, progress } = this.#state;
    const { type, ...why } = ending;
    this.#show({ phase: type, ...why, options, ...(result && { result }), ...(progress && { progress }) });
  }

  #show(state: AnalysisState<Name>): void {
    this.#state = state;
    this.#parts.onChange();
  }
}

function restoredPhase(
  { noun, again }: Pick<AnalysisKind<AnalysisName>, 'noun' | 'again'>,
  { complete, provenance }: Analyses[AnalysisName]['result'],
  written: number | undefined,
): Pick<AnalysisState<AnalysisName>, 'phase' | 'message'> {
  if (written !== undefined && written > Date.parse(provenance.time)) {
    return {
      phase: 'cancelled',
      message: `The checkpoint was written again after this was computed; compute its ${noun} as it is now.`,
    };
  }
  if (complete) return { phase: 'done' };
  return {
    phase: 'cancelled',
    message: `This ${noun} was interrupted; what was found is shown, and computing ${again}.`,
  };
}
