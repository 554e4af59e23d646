import type { Clock } from './clock.ts';

export interface Pace {
  /** The work is done once nothing was reported for so long … */
  readonly quietMs: number;
  /** … or so long after the first report, whichever is earlier. */
  readonly latestMs: number;
  /** What the work may take of the time: after work of one second the next begins no sooner than 1/`share` seconds later. */
  readonly share: number;
}

/**
 * Does one piece of work for many reports of change. It never runs twice at a time: what is reported meanwhile is worked
 * off by another turn.
 */
export class Coalescer {
  readonly #work: () => Promise<void>;
  readonly #pace: Pace;
  readonly #clock: Clock;
  #first: number | undefined;
  #earliest = Number.NEGATIVE_INFINITY;
  #working: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #disposed = false;

  /** @param work must not reject. */
  constructor(work: () => Promise<void>, pace: Pace, clock: Clock) {
    this.#work = work;
    this.#pace = pace;
    this.#clock = clock;
  }

  /** Something changed. */
  report(): void {
    if (this.#disposed) return;
    this.#first ??= this.#clock.now();
    if (this.#working === undefined) this.#schedule();
  }

  /** Works at once, or once more after the work that is under way; resolves when that is done. */
  async now(): Promise<void> {
    if (this.#disposed) return;
    while (this.#working !== undefined) await this.#working;
    await this.#turn();
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancel?.();
  }

  #schedule(): void {
    if (this.#first === undefined || this.#disposed) return;
    this.#cancel?.();
    const now = this.#clock.now();
    const due = Math.max(this.#earliest, Math.min(now + this.#pace.quietMs, this.#first + this.#pace.latestMs));
    this.#cancel = this.#clock.after(Math.max(0, due - now), () => void this.#turn());
  }

  #turn(): Promise<void> {
    this.#working ??= this.#run();
    return this.#working;
  }

  async #run(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#first = undefined;
    const started = this.#clock.now();
    try {
      await this.#work();
    } finally {
      this.#working = undefined;
      const ended = this.#clock.now();
      this.#earliest = ended + (ended - started) / this.#pace.share;
      this.#schedule();
    }
  }
}
