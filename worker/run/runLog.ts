import { createHash } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DecodeError } from '../decode.ts';
import { messageOf } from '../errors.ts';
import { decodeFact, decodeHeader, type Fact, headerOf, type KnownFile, withFact } from './facts.ts';
import { type FileVersion, versionKey } from './folder.ts';

/** The folder of a store in which runs are remembered. */
export const RUNS_FOLDER = 'runs';
export const RUN_ENDING = '.jsonl';

/** More than this is no file of ours. */
const BYTES_MAX = 512 << 20;

/**
 * What is remembered of a run: a file to which facts are only ever added, each a line that is written at once. So any
 * number of processes may add to it without waiting for each other, none loses what another wrote, and a writer that is
 * killed leaves at most an unfinished line, which nobody reads. What cannot be read or written is reported once and does
 * without.
 */
export class RunLog {
  /** What tells the run from others that are kept in the same place. */
  readonly id: string;
  /** Null where nothing is kept on disk. */
  readonly path: string | null;
  readonly #folder: string;
  readonly #report: (message: string) => void;
  readonly #known = new Map<string, KnownFile>();
  /** Keys of versions whose contents are known, by size. */
  readonly #bySize = new Map<number, Set<string>>();
  #read = 0;
  #failed = false;
  #refreshing: Promise<void> = Promise.resolve();

  /** @param folder The run's, without symbolic links. */
  constructor(store: string | null, folder: string, report: (message: string) => void) {
    this.id = runId(store ?? folder, folder);
    this.path = store === null ? null : join(store, RUNS_FOLDER, `${this.id}${RUN_ENDING}`);
    this.#folder = folder;
    this.#report = report;
  }

  /** Takes in what has been written since the last time, by whomever. */
  refresh(): Promise<void> {
    // One after the other, so that none takes in twice what another has.
    this.#refreshing = this.#refreshing.then(() => this.#refresh());
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    if (this.path === null) return;
    const size = await stat(this.path).then(
      status => status.size,
      () => 0,
    );
    if (size < this.#read) this.#read = 0;
    if (size === this.#read) return;
    try {
      if (size > BYTES_MAX) throw new DecodeError(`${size} bytes are too many`);
      const file = await open(this.path, 'r');
      try {
        const { buffer, bytesRead } = await file.read(
          Buffer.alloc(size - this.#read),
          0,
          size - this.#read,
          this.#read,
        );
        // What follows the last line's end may still be being written.
        const end = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
        for (const fact of factsIn(buffer.toString('utf8', 0, end))) this.#take(fact);
        this.#read += end;
      } finally {
        await file.close();
      }
    } catch (error) {
      this.#complain(`${this.path}: what it remembers of the run cannot be read (${messageOf(error)}).`);
    }
  }

  /** What is known of a version of a file. */
  of(version: FileVersion): KnownFile | undefined {
    return this.#known.get(versionKey(version));
  }

  /** The versions of a size whose contents are known. */
  ofSize(bytes: number): readonly KnownFile[] {
    return [...(this.#bySize.get(bytes) ?? [])].flatMap(key => this.#known.get(key) ?? []);
  }

  /** Every version that something is known of, in the order in which they came to be known. */
  all(): Iterable<KnownFile> {
    return this.#known.values();
  }

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** Remembers facts, for this process at least. */
  async add(facts: readonly Fact[]): Promise<void> {
    if (facts.length === 0) return;
    for (const fact of facts) this.#take(fact);
    if (this.path === null) return;
    try {
      await mkdir(join(this.path, '..'), { recursive: true });
      const file = await open(this.path, 'a');
      try {
        const { size } = await file.stat();
        const lines: object[] = size === 0 ? [headerOf(this.#folder), ...facts] : [...facts];
        // The first line end closes what a killed writer left unfinished.
        const text = `\n${lines.map(line => JSON.stringify(line)).join('\n')}\n`;
        await file.writeFile(text);
        await file.datasync();
      } finally {
        await file.close();
      }
      this.#failed = false;
    } catch (error) {
      this.#complain(
        `${this.path}: what is measured of this run cannot be kept (${messageOf(error)}); until that is mended, it is measured anew each time.`,
      );
    }
  }

  #take(fact: Fact): void {
    const key = versionKey(fact);
    this.#known.set(key, withFact(this.#known.get(key), fact));
    if (fact.contents === undefined) return;
    const alike = this.#bySize.get(fact.bytes) ?? new Set();
    this.#bySize.set(fact.bytes, alike.add(key));
  }

  /** Said once, however often it is tried again. */
  #complain(message: string): void {
    if (!this.#failed) this.#report(message);
    this.#failed = true;
  }
}

/** What a file of another run remembers, and of which folder; null where it cannot be read. */
export async function readRunLog(path: string): Promise<{ folder: string; known: readonly KnownFile[] } | null> {
  const { size } = await stat(path);
  if (size > BYTES_MAX) return null;
  const content = await readFile(path, 'utf8').catch(() => '');
  const known = new Map<string, KnownFile>();
  for (const fact of factsIn(content)) known.set(versionKey(fact), withFact(known.get(versionKey(fact)), fact));
  const header = content.split('\n', 5).flatMap(line => decoded(line, decodeHeader));
  return header.length === 0 ? null : { folder: header[0]!.folder, known: [...known.values()] };
}

/**
 * A run is told by its folder as seen from the store, so that a workspace that is moved with its store, or that a team
 * shares, finds its runs again.
 */
function runId(store: string, folder: string): string {
  const way = relative(store, folder).split(sep).join('/');
  return createHash('sha256').update(way).digest('hex').slice(0, 32);
}

/** The facts of whole lines; anything else, such as the line of a writer that was killed, is no fact. */
const factsIn = (text: string): Fact[] => text.split('\n').flatMap(line => decoded(line, decodeFact));

function decoded<T>(line: string, decode: (value: unknown, place: string) => T): T[] {
  if (line === '') return [];
  try {
    return [decode(JSON.parse(line), '')];
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DecodeError) return [];
    throw error;
  }
}
