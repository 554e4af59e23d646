/** Time as the watching of runs needs it, so that a test can let it pass. */
export interface Clock {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Calls `run` once, after so many milliseconds, unless the returned function was called before. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Timers that do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
