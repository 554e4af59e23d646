/** Milliseconds between partial results: often enough to look alive, seldom enough to cost nothing. */
const UPDATE_INTERVAL = 150;

/** The consumer of a large result is left alone for so many times as long as it took over the last one. */
const CONSUMER_PAUSE = 9;

/**
 * Yields what there is of a growing result while work on it goes on, and once more when it has ended.
 * @param work receives a signal that fires with `signal`, and when the consumer wants no more; it stops all it began
 * before it ends, also when it fails. What was finished by then is yielded before its error is passed on.
 * @param snapshot the result as it stands.
 */
export async function* whileWorking<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
  snapshot: () => T,
): AsyncGenerator<T> {
  const stop = new AbortController();
  const working = work(AbortSignal.any([signal, stop.signal]));
  const ended = working.then(
    () => true,
    () => true,
  );
  try {
    let interval = UPDATE_INTERVAL;
    while (!(await Promise.race([ended, pause(interval)]))) {
      const before = performance.now();
      yield snapshot();
      interval = Math.max(UPDATE_INTERVAL, CONSUMER_PAUSE * (performance.now() - before));
    }
    yield snapshot();
    await working;
  } finally {
    stop.abort();
    await ended;
  }
}

const pause = (milliseconds: number): Promise<false> =>
  new Promise(resolve => setTimeout(resolve, milliseconds, false));
