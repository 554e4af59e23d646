import type { FileVersion } from './folder.ts';

/** A file that nobody has written to for so many milliseconds is taken for finished, if its content is whole too. */
export const SETTLED = 2000;

interface Sight {
  readonly bytes: number;
  readonly written: number;
  /** By our own clock. */
  readonly since: number;
}

/**
 * Tells files that are being written from those that are not, by what was seen of them before. The file system's clock may
 * be another machine's, so that a file counts as settled too when it has not changed for long enough by our own.
 */
export class Steadiness {
  readonly #seen = new Map<string, Sight>();

  /** @param now In milliseconds: the time of day, and a clock that is never set. */
  constructor(private readonly now: () => { readonly day: number; readonly clock: number } = bothClocks) {}

  /** Whether a file that was just looked at is settled. */
  isSettled(folder: string, { file, bytes, written }: FileVersion): boolean {
    const { day, clock } = this.now();
    if (day - written >= SETTLED) return true;
    const key = `${folder}\0${file}`;
    const before = this.#seen.get(key);
    if (before?.bytes === bytes && before.written === written) return clock - before.since >= SETTLED;
    this.#seen.set(key, { bytes, written, since: clock });
    return false;
  }

  /** Forgets files that are not there any more. */
  keep(folder: string, files: ReadonlySet<string>): void {
    for (const key of this.#seen.keys()) {
      const [own, file] = key.split('\0') as [string, string];
      if (own === folder && !files.has(file)) this.#seen.delete(key);
    }
  }
}

const bothClocks = (): { day: number; clock: number } => ({ day: Date.now(), clock: performance.now() });
