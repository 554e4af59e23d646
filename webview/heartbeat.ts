/** The extension is no more after so many milliseconds in which it did not say that it is there. */
const PATIENCE = 60_000;

/**
 * What to call with everything that the extension says, be it only that it is there.
 *
 * @param listener Hears `true` once the extension has not been heard for long, and `false` whenever it is.
 */
export function heartbeat(listener: (isSilent: boolean) => void): () => void {
  let silence: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(silence);
    silence = setTimeout(() => listener(true), PATIENCE);
    listener(false);
  };
}
