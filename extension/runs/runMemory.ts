import { join } from 'node:path';
import { list, nullable, number, object, oneOf, optional } from '../../worker/decode.ts';
import { RUN_MEASURE_NAMES } from '../../worker/results.ts';
import { CheckpointMemory } from '../checkpointMemory.ts';
import type { Wish } from './measurer.ts';

interface KeptWish extends Wish {
  readonly isMeasured: boolean;
}

interface Asked {
  readonly wasAsked: boolean;
}

/** What the runs of a workspace need from one window to the next, written at once. */
export class RunMemory {
  readonly #workspace: string;
  readonly #wishes: CheckpointMemory<KeptWish>;
  readonly #asked: CheckpointMemory<Asked>;

  /**
   * @param storage The workspace's own storage.
   * @param report Receives a sentence about what cannot be used or written.
   */
  constructor(storage: string, report: (message: string) => void) {
    this.#workspace = storage;
    this.#wishes = new CheckpointMemory({
      folder: join(storage, 'runs'),
      what: 'which run is measured',
      version: 1,
      decode: object<KeptWish>({
        isMeasured: oneOf(true, false),
        secondsLeft: nullable(number),
        measures: optional(list(oneOf(...RUN_MEASURE_NAMES), 0, RUN_MEASURE_NAMES.length)),
      }),
      report,
    });
    this.#asked = new CheckpointMemory({
      folder: join(storage, 'asked'),
      what: 'what was asked',
      version: 1,
      decode: object<Asked>({ wasAsked: oneOf(true, false) }),
      report,
    });
  }

  /** Whether the run in this folder was being measured, and what was left of its time, and which measures; null where it was not. */
  async read(folder: string): Promise<Wish | null> {
    const kept = await this.#wishes.read(folder);
    if (!kept?.isMeasured) return null;
    const { isMeasured: _, ...wish } = kept;
    return wish;
  }

  keep(folder: string, wish: Wish | null): void {
    this.#wishes.keep(folder, { secondsLeft: null, ...wish, isMeasured: wish !== null });
  }

  /** Whether it was asked here before whether new checkpoints may be measured by themselves. */
  async wasAsked(): Promise<boolean> {
    return (await this.#asked.read(this.#workspace))?.wasAsked ?? false;
  }

  rememberAsked(): void {
    this.#asked.keep(this.#workspace, { wasAsked: true });
  }

  /** Resolves once everything is written. */
  async settled(): Promise<void> {
    await Promise.all([this.#wishes.settled(), this.#asked.settled()]);
  }
}
