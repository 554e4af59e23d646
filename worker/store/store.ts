import { open } from 'node:fs/promises';
import { count, DecodeError, nullable, number, object, oneOf, text } from '../decode.ts';
import type { SurfaceResult } from '../results.ts';
import { decodeSurface, evaluatedPoints } from '../surfaceDocument.ts';
import { ResultFiles } from './files.ts';

/** A surface as far as it is computed, and what it cost. */
export interface StoredSurface {
  readonly result: SurfaceResult;
  readonly cost: SurfaceCost;
}

/** Seconds between one cell's end and the next, all threads at work, and what the computation took in memory. */
export interface SurfaceCost {
  /** `null` until enough was done to say. */
  readonly secondsPerCell: number | null;
  readonly memoryBytes: number;
}

/** A result far larger than any grid makes is no file of ours. */
const BYTES_MAX = 512 << 20;

/** Version of the files; one of another version is left alone. */
const VERSION = 1;

/** The number of cells, and of values along a path, comes early, so that a writer learns it without reading the whole file. */
interface Entry extends StoredSurface {
  readonly basin: 'stored';
  readonly version: number;
  readonly cells: number;
  readonly key: string;
}

const HEAD = new RegExp(`^\\{"basin":"stored","version":${VERSION},"cells":(\\d+),`);
const HEAD_BYTES = 100;

const entry = object<Entry>({
  basin: oneOf('stored'),
  version: oneOf(VERSION),
  cells: count,
  key: text,
  cost: object<SurfaceCost>({ secondsPerCell: nullable(number), memoryBytes: count }),
  result: decodeSurface,
});

/** Surfaces on disk, each in a file named by the digest of what it was computed from. */
export class Store {
  readonly #files: ResultFiles;

  /** @param report receives a sentence about each file that is no good, and one about a folder that cannot be written. */
  constructor(folder: string, report: (message: string) => void) {
    this.#files = new ResultFiles(folder, report);
  }

  /** What is kept under a key; null where there is nothing, or nothing that can be trusted. */
  read(key: string): Promise<StoredSurface | null> {
    return this.#files.readJson(fileOf(key), BYTES_MAX, content => {
      const { key: own, cost, result } = entry(content, '');
      if (own !== key) throw new DecodeError('it was renamed');
      return { result, cost };
    });
  }

  /** Keeps a surface under a key, unless one with as many values or more is there already. */
  async write(key: string, stored: StoredSurface): Promise<void> {
    const name = fileOf(key);
    const cells = evaluatedPoints(stored.result);
    if (!this.#files.isSpoilt(name) && (await cellsIn(this.#files.path(name))) >= cells) return;
    const whole: Entry = { basin: 'stored', version: VERSION, cells, key, ...stored };
    await this.#files.write(name, file => file.writeFile(JSON.stringify(whole)));
  }

  /** Forgets what is kept under a key. */
  remove(key: string): Promise<void> {
    return this.#files.remove(fileOf(key));
  }
}

const fileOf = (key: string): string => `${key}.json`;

/** How many cells a stored result has; 0 where there is none, or no file of ours. */
async function cellsIn(file: string): Promise<number> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return 0;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return Number(HEAD.exec(buffer.toString('latin1', 0, bytesRead))?.[1] ?? 0);
  } catch {
    // A folder of that name, say; what is written then meets it, and reports it.
    return 0;
  } finally {
    await handle.close();
  }
}
