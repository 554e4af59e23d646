/** Who measures what, among processes that keep their results in the same folder. */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { count, type Decode, object, text } from '../decode.ts';

/** A claim that its process has not renewed for so many milliseconds is none any more. */
const STALE = 60_000;

/** So often a process renews its claim: a core that is busy elsewhere keeps it from that for a while. */
const RENEWAL = 10_000;

/** What killed processes left is removed after so many milliseconds. */
const ABANDONED = 60 * 60 * 1000;

const ENDING = '.claim';

/** Who has claimed something. */
interface Claimant {
  readonly host: string;
  readonly pid: number;
}

const decodeClaimant: Decode<Claimant> = object<Claimant>({ host: text, pid: count });

export interface Claim {
  /** Lets others have it. */
  release(): Promise<void>;
}

/**
 * Claims on work, a small file each, so that several windows and terminals share the measuring of a run. They only save
 * time: where two processes come to hold one claim, or none can be written, the same is computed twice and kept once.
 */
export class Claims {
  readonly #folder: string | null;
  #isSwept = false;

  /** @param folder A folder for claims alone; null where there is none, and nothing is claimed by others. */
  constructor(folder: string | null) {
    this.#folder = folder;
  }

  /** Claims the work that `key` names; null while another process, or another request of this one, has it. */
  async take(key: string): Promise<Claim | null> {
    if (this.#folder === null) return unwritten;
    const path = join(this.#folder, `${createHash('sha256').update(key).digest('hex')}${ENDING}`);
    try {
      await mkdir(this.#folder, { recursive: true });
      await this.#sweep(this.#folder);
      if (await write(path)) return held(path);
      if (await isHeld(path)) return null;
      await rm(path, { force: true });
      return (await write(path)) ? held(path) : null;
    } catch {
      // Results cannot be written there either, of which the store tells.
      return unwritten;
    }
  }

  async #sweep(folder: string): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    for (const name of (await readdir(folder)).filter(own => own.endsWith(ENDING))) {
      const path = join(folder, name);
      if ((await age(path)) > ABANDONED) await rm(path, { force: true });
    }
  }
}

const unwritten: Claim = { release: async () => {} };

/** Whether there was no file, and now is. */
async function write(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    try {
      const claimant: Claimant = { host: hostname(), pid: process.pid };
      await file.writeFile(JSON.stringify(claimant));
      return true;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    await rm(path, { force: true });
    throw error;
  }
}

function held(path: string): Claim {
  const renewal = setInterval(() => {
    const now = new Date();
    // Who finds it gone has taken it over, and computes the same.
    utimes(path, now, now).catch(() => {});
  }, RENEWAL).unref();
  return {
    release: async () => {
      clearInterval(renewal);
      await rm(path, { force: true }).catch(() => {});
    },
  };
}

async function isHeld(path: string): Promise<boolean> {
  if ((await age(path)) > STALE) return false;
  try {
    const { host, pid } = decodeClaimant(JSON.parse(await readFile(path, 'utf8')), '');
    return host !== hostname() || isRunning(pid);
  } catch {
    // It is being written, or was given up just now.
    return true;
  }
}

/** Milliseconds since a file was written; of one that is not there, more than any. */
const age = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be asked.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
