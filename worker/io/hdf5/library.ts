import { Worker } from 'node:worker_threads';
import { type BasinError, computationError, inputError } from '../../errors.ts';
import type { ByteSource } from '../source.ts';
import {
  type Hdf5Answer,
  type Hdf5Message,
  type Hdf5Request,
  type Hdf5ThreadOptions,
  UNREAD,
  WINDOW,
} from './protocol.ts';

/** The thread's script, always bundled: Node 20 runs no TypeScript in a thread. */
const SCRIPT = new URL(import.meta.url.endsWith('.ts') ? '../../../dist/hdf5.js' : './hdf5.js', import.meta.url);

/**
 * How long the library may compute without asking for a byte: a thousand times what any file needs, and short enough to
 * wait for where a file is built to keep it busy for ever.
 */
const SILENCE_MAX_MS = 10_000;

/** What one request may read, beside the file once over: structures that are asked for again and again, which blocks keep. */
const READ_MAX = 64 << 20;

type Distribute<T> = T extends unknown ? Omit<T, 'id' | 'file' | 'size'> : never;
export type Hdf5Question = Distribute<Hdf5Request>;

export interface Hdf5Limits {
  /** How long the library may compute without asking for a byte, in milliseconds. */
  readonly silenceMs: number;
}

/** A request that the thread has not answered yet. */
interface Pending {
  readonly source: ByteSource;
  resolve(answer: Hdf5Answer): void;
  reject(error: Error): void;
  /** What went wrong with the file itself, which tells more than what the library says of it. */
  fault?: unknown;
  read: number;
}

/**
 * The HDF5 library, in a thread that is started when first used and ended when a file breaks or occupies it; the next
 * request starts another. Requests are answered one after the other.
 */
export class Hdf5Library {
  private worker: Worker | undefined;
  private pending: Pending | undefined;
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private nextId = 0;
  private shared: Hdf5ThreadOptions | undefined;

  constructor(private readonly limits: Hdf5Limits = { silenceMs: SILENCE_MAX_MS }) {}

  /**
   * Asks about a file, `file` being its number among those that are open.
   * Throws `input` where the library cannot read it, and what the source throws.
   */
  ask(file: number, source: ByteSource, question: Hdf5Question): Promise<Hdf5Answer> {
    const answer = this.turn.then(() => this.send(file, source, question));
    this.turn = answer.catch(() => {});
    return answer;
  }

  /** Forgets a file; a thread that does not run has nothing to forget. */
  async close(file: number, source: ByteSource): Promise<void> {
    await this.turn;
    // What cannot be closed any more was broken before, and was told then.
    if (this.worker !== undefined) await this.ask(file, source, { kind: 'close' }).catch(() => {});
  }

  private send(file: number, source: ByteSource, question: Hdf5Question): Promise<Hdf5Answer> {
    this.worker ??= this.start();
    const { worker } = this;
    worker.ref();
    return new Promise((resolve, reject) => {
      this.pending = { source, resolve, reject, read: 0 };
      this.watch();
      worker.postMessage({ id: this.nextId++, file, size: source.size, ...question } satisfies Hdf5Request);
    });
  }

  private start(): Worker {
    // A thread that is being ended may still write into its own.
    this.shared = { control: new SharedArrayBuffer(8), window: new SharedArrayBuffer(WINDOW) };
    // What the library prints is about its own failures, which are told as errors.
    const worker = new Worker(SCRIPT, { workerData: this.shared, stdout: true, stderr: true });
    const current = (work: () => void) => {
      if (this.worker === worker) work();
    };
    worker.on('message', (message: Hdf5Message) => current(() => this.receive(message)));
    worker.on('error', error =>
      current(() => this.fail(computationError(`The thread that reads HDF5 files failed: ${error.message}`, error))),
    );
    worker.on('exit', () => current(() => this.fail(computationError('The thread that reads HDF5 files stopped.'))));
    return worker;
  }

  private receive(message: Hdf5Message): void {
    const { pending } = this;
    if (pending === undefined) return;
    if (message.kind === 'bytes') {
      void this.serve(pending, message.offset, message.length);
      return;
    }
    if (message.kind === 'answer') {
      this.settle();
      pending.resolve(message.answer);
      return;
    }
    const error = pending.fault ?? unreadable(pending.source, message.message);
    if (message.fatal) this.fail(error);
    else {
      this.settle();
      pending.reject(error as Error);
    }
  }

  /** Hands bytes to the waiting thread. The library's silence is measured from here, since disks may be slow. */
  private async serve(pending: Pending, offset: number, length: number): Promise<void> {
    clearTimeout(this.timer);
    const { control, window } = this.shared!;
    let count = UNREAD;
    try {
      pending.read += length;
      if (pending.read > pending.source.size + READ_MAX) throw unreadable(pending.source, 'it is read over and over');
      new Uint8Array(window).set(await pending.source.read(offset, length));
      count = length;
    } catch (error) {
      pending.fault = error;
    }
    if (this.pending !== pending) return;
    this.watch();
    const state = new Int32Array(control);
    Atomics.store(state, 1, count);
    Atomics.store(state, 0, 1);
    Atomics.notify(state, 0);
  }

  private watch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { source } = this.pending!;
      this.fail(unreadable(source, `the HDF5 library was busy with it for ${this.limits.silenceMs / 1000} seconds`));
    }, this.limits.silenceMs);
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.pending = undefined;
    // An idle thread must not keep a finished command line alive.
    this.worker?.unref();
  }

  /** Ends the thread, and what it was asked with it. */
  private fail(error: unknown): void {
    const { pending, worker } = this;
    this.settle();
    this.worker = undefined;
    void worker?.terminate();
    pending?.reject(error as Error);
  }
}

function unreadable(source: ByteSource, message: string): BasinError {
  // Of a stack of the library's functions, the innermost says what was wrong with the file.
  const innermost = [...message.matchAll(/in \w+\(\): (.*?)\s+major:/gs)].at(-1)?.[1] ?? message;
  return inputError(
    `${source.name}: a damaged HDF5 file, or one that is still being written (${innermost.slice(0, 200).trim()}); save it again.`,
  );
}
