import type { RunMeasureName } from '../../worker/results.ts';
import type { ComputeByItself } from '../settings.ts';
import type { CheckpointOfRun } from './runSource.ts';

export interface ByItselfParts {
  /** What the user allowed. */
  readonly allowed: () => ComputeByItself;
  /** Asks whether new checkpoints may be measured by themselves; `undefined` where there was no answer. */
  readonly ask: () => Promise<'always' | 'never' | undefined>;
  /** Keeps an answer for good. */
  readonly keep: (answer: 'always' | 'never') => Promise<void>;
  /** Whether this workspace was asked before, whatever came of it. */
  readonly wasAsked: () => Promise<boolean>;
  readonly rememberAsked: () => void;
  /** Which measure stands for a checkpoint's sharpness. */
  readonly measure: () => RunMeasureName;
  readonly measureOnly: (newest: CheckpointOfRun, measures: readonly RunMeasureName[]) => void;
}

/** What is measured of a new checkpoint beside the chosen measure: what takes a pass over the data each. */
const cheap: readonly RunMeasureName[] = ['train-loss', 'test-loss', 'train-accuracy', 'test-accuracy'];

/** Measures new checkpoints by themselves where the user allowed it, and asks whether it may, once. */
export class ByItself {
  readonly #parts: ByItselfParts;
  #asking: Promise<void> | undefined;

  constructor(parts: ByItselfParts) {
    this.#parts = parts;
  }

  /** Takes note of checkpoints that landed; resolves when what they set off was decided. */
  async arrived(checkpoints: readonly CheckpointOfRun[]): Promise<void> {
    const newest = newestAmong(checkpoints);
    // A run that is being measured is measured to its end.
    if (newest === undefined || isMeasured(newest)) return;
    switch (this.#parts.allowed()) {
      case 'always':
        return this.#measure(newest);
      case 'never':
        return;
      case 'ask':
        // One question a window, whatever comes of it.
        if (this.#asking !== undefined) return;
        this.#asking = this.#ask(newest);
        return this.#asking;
    }
  }

  async #ask(newest: CheckpointOfRun): Promise<void> {
    if (await this.#parts.wasAsked()) return;
    this.#parts.rememberAsked();
    const answer = await this.#parts.ask();
    if (answer === undefined) return;
    await this.#parts.keep(answer);
    if (answer === 'always') this.#measure(newest);
  }

  #measure(newest: CheckpointOfRun): void {
    const { measure, measureOnly } = this.#parts;
    measureOnly(newest, [...new Set([...cheap, measure()])]);
  }
}

const isMeasured = ({ run: { measuring } }: CheckpointOfRun): boolean =>
  measuring?.phase === 'running' || measuring?.phase === 'waiting' || measuring?.phase === 'paused';

function newestAmong(checkpoints: readonly CheckpointOfRun[]): CheckpointOfRun | undefined {
  return checkpoints.toSorted((one, other) => one.checkpoint.written - other.checkpoint.written).at(-1);
}
