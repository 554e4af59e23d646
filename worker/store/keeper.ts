/** Milliseconds between two writes of a growing result: what a killed process loses at most. */
const INTERVAL = 1000;

/** Writing takes at most this share of the time, however large the result. */
const SHARE = 0.05;

/** Keeps a growing result in the store while it is computed, one write at a time and never in the computation's way. */
export class Keeper<T> {
  readonly #write: (latest: T) => Promise<void>;
  #latest: { readonly value: T } | null = null;
  #writing: Promise<void> | null = null;
  #next = performance.now() + INTERVAL;

  constructor(write: (latest: T) => Promise<void>) {
    this.#write = write;
  }

  /** Takes note of what has been computed by now, and writes it when it is time. */
  keep(value: T): void {
    this.#latest = { value };
    if (this.#writing !== null || performance.now() < this.#next) return;
    this.#writing = this.#writeLatest().finally(() => {
      this.#writing = null;
    });
  }

  /** Writes what was noted last. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#writeLatest();
  }

  async #writeLatest(): Promise<void> {
    const latest = this.#latest;
    if (latest === null) return;
    this.#latest = null;
    const started = performance.now();
    await this.#write(latest.value);
    const ended = performance.now();
    this.#next = ended + Math.max(INTERVAL, (ended - started) / SHARE);
  }
}
