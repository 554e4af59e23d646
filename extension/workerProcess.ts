import { type ChildProcess, fork } from 'node:child_process';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { messageOf } from '../worker/errors.ts';
import { logNotification } from '../worker/protocol.ts';
import { forEachLine } from './lines.ts';
import type { WorkerExit } from './workerErrors.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string) => void;

const stderrLinesKept = 20;
/** A process that ended has this long to deliver what it wrote last; a grandchild may hold its pipes open for ever. */
const drainMs = 500;
/** A process that was asked to end has this long before it is made to. */
const killGraceMs = 2000;

/** One life of the worker process: started by the constructor, gone for good once `exited` has resolved. */
export class WorkerProcess {
  /** Never rejects. */
  readonly exited: Promise<WorkerExit>;
  /** Absent where the process could not be started. */
  readonly connection: MessageConnection | undefined;
  readonly #child: ChildProcess | undefined;
  readonly #log: Log;
  #stopping = false;

  /** @param environment Variables beside this process's own. */
  constructor(script: string, log: Log, environment: Readonly<Record<string, string>>) {
    this.#log = log;
    const { promise, resolve } = deferred<WorkerExit>();
    this.exited = promise;
    try {
      this.#child = fork(script, [], {
        // `process.execPath` is VS Code's own binary on the desktop; this makes it behave as Node.
        env: { ...process.env, ...environment, ELECTRON_RUN_AS_NODE: '1' },
        // The host's flags may open a debugger port, which two processes cannot share.
        execArgv: [],
        serialization: 'json',
        silent: true,
      });
    } catch (error) {
      resolve({ reason: 'unavailable', code: null, signal: null, stderr: [], cause: asError(error) });
      return;
    }
    this.#watch(this.#child, resolve);
    this.connection = this.#connect(this.#child);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Asks the process to end, then makes it; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), killGraceMs);
    timer.unref();
    await this.exited;
    clearTimeout(timer);
  }

  #connect(child: ChildProcess): MessageConnection {
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child), {
      error: message => this.#log('error', message),
      warn: message => this.#log('warn', message),
      info: message => this.#log('info', message),
      log: message => this.#log('debug', message),
    });
    connection.onError(([error]) => this.#log('warn', `The connection to the engine failed: ${messageOf(error)}`));
    connection.onNotification(logNotification, ({ message }) => this.#log('info', message));
    connection.listen();
    return connection;
  }

  #watch(child: ChildProcess, resolve: (exit: WorkerExit) => void): void {
    const stderr: string[] = [];
    forEachLine(child.stderr!, line => {
      stderr.push(line);
      if (stderr.length > stderrLinesKept) stderr.shift();
      this.#log('warn', `stderr: ${line}`);
    });
    forEachLine(child.stdout!, line => this.#log('debug', `stdout: ${line}`));

    const end = (exit: Pick<WorkerExit, 'code' | 'signal' | 'cause'>, reason: WorkerExit['reason']): void => {
      resolve({ ...exit, reason: this.#stopping ? 'stopped' : reason, stderr: [...stderr] });
    };
    // With a pid the process lives, and an error is a message or signal that did not get through.
    child.on('error', error => {
      if (child.pid === undefined) end({ code: null, signal: null, cause: error }, 'unavailable');
      else this.#log('warn', `The engine's process reported: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      const timer = setTimeout(() => end({ code, signal }, 'crashed'), drainMs);
      child.once('close', () => {
        clearTimeout(timer);
        end({ code, signal }, 'crashed');
      });
    });
    // Without its channel the process can neither be asked nor answer.
    child.once('disconnect', () => void this.#end());
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>(settle => {
    resolve = settle;
  });
  return { promise, resolve };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
