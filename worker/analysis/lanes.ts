/**
 * Works on items in their order, so many at the same time. When one fails, or the signal fires, the others are stopped
 * before the error is passed on.
 */
export async function forEachInLanes<T>(
  items: Iterable<T>,
  lanes: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  // One iterator for all lanes: each takes what is next.
  const iterator = items[Symbol.iterator]();
  const queue = { [Symbol.iterator]: () => iterator };
  const running = Array.from({ length: lanes }, async () => {
    for (const item of queue) await work(item, either);
  });
  try {
    await Promise.all(running);
  } finally {
    stop.abort();
    await Promise.allSettled(running);
  }
}
