import {
  CancellationTokenSource,
  type MessageConnection,
  type ProgressType,
  type RequestParam,
  type RequestType,
  ResponseError,
} from 'vscode-jsonrpc/node';
import {
  BasinError,
  computationError,
  type ErrorKind,
  interruptedError,
  messageOf,
  OutsideError,
} from '../worker/errors.ts';
import type { ErrorData } from '../worker/protocol.ts';
import { RestartBudgetError, type WorkerExit, WorkerExitedError } from './workerErrors.ts';
import { type Log, WorkerProcess } from './workerProcess.ts';

export interface SupervisorOptions {
  /** The worker is stopped when nothing was asked of it for so long. */
  readonly idleMs?: number;
  /** So many unexpected exits within `budgetMs` are forgiven by starting again; the next request is refused. */
  readonly budget?: number;
  readonly budgetMs?: number;
  /** Variables of the worker's environment, asked for whenever it is started. */
  readonly environment?: () => Readonly<Record<string, string>>;
  /** Milliseconds since any fixed moment. */
  readonly now?: () => number;
}

export interface RequestOptions<U> {
  /** An abort rejects the request at once and tells the worker. */
  readonly signal?: AbortSignal;
  /** Receives what the worker sends on `token` while the request runs. */
  readonly partialResults?: {
    readonly type: ProgressType<U>;
    readonly token: string;
    readonly onPartial: (value: U) => void;
  };
}

interface InFlight {
  readonly worker: WorkerProcess;
  readonly reject: (error: Error) => void;
}

const minute = 60_000;

/**
 * Owns the worker process: starts it with the first request, starts it again after a crash within a budget, stops it
 * when it is idle. It knows nothing of VS Code.
 */
export class WorkerSupervisor {
  readonly #script: string;
  readonly #log: Log;
  readonly #options: Required<SupervisorOptions>;
  readonly #inFlight = new Set<InFlight>();
  #worker: WorkerProcess | undefined;
  #crashes: { readonly time: number; readonly exit: WorkerExit }[] = [];
  #idleTimer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** @param script The worker's program, run by the Node that runs us. */
  constructor(script: string, log: Log, options: SupervisorOptions = {}) {
    this.#script = script;
    this.#log = log;
    this.#options = {
      idleMs: 5 * minute,
      budget: 3,
      budgetMs: 5 * minute,
      environment: () => ({}),
      now: () => performance.now(),
      ...options,
    };
  }

  /** The process id of the running worker. */
  get pid(): number | undefined {
    return this.#worker?.pid;
  }

  /**
   * Sends a request, and starts the worker where there is none.
   *
   * @throws BasinError with the worker's sentence, or of kind `interrupted`; {@link WorkerExitedError} when the worker
   * ends first; {@link RestartBudgetError} when it has ended too often.
   */
  async request<P, R, U = never>(
    type: RequestType<P, R, ErrorData>,
    params: NoInfer<RequestParam<P>>,
    { signal, partialResults }: RequestOptions<U> = {},
  ): Promise<R> {
    if (signal?.aborted) throw interruptedError();
    const worker = this.#running();
    const started = this.#options.now();
    const cancellation = new CancellationTokenSource();
    const progress =
      partialResults &&
      worker.connection?.onProgress(partialResults.type, partialResults.token, partialResults.onPartial);
    let outcome = 'done';
    let inFlight: InFlight | undefined;
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<R>((resolve, reject) => {
        inFlight = { worker, reject };
        this.#inFlight.add(inFlight);
        onAbort = () => {
          cancellation.cancel();
          reject(interruptedError());
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        // A worker that could not be started has no connection, and its exit rejects.
        if (worker.connection !== undefined) {
          send(worker.connection, type, params, cancellation).then(resolve, reject);
        }
      });
    } catch (error) {
      outcome = error instanceof BasinError ? error.kind : 'the engine ended';
      throw error;
    } finally {
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
      if (inFlight !== undefined) this.#inFlight.delete(inFlight);
      progress?.dispose();
      cancellation.dispose();
      const seconds = ((this.#options.now() - started) / 1000).toFixed(2);
      this.#log('info', `${type.method}: ${seconds} s: ${outcome}`);
      this.#stopWhenIdle();
    }
  }

  /** Forgets past crashes and ends the running worker; the next request starts a new one. */
  async restart(): Promise<void> {
    this.#crashes = [];
    await this.#stop();
  }

  /** Ends the worker for good, resolving when it is gone; what is in flight is rejected at once. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#stop();
  }

  #running(): WorkerProcess {
    if (this.#disposed) {
      throw new WorkerExitedError({ reason: 'stopped', code: null, signal: null, stderr: [] });
    }
    clearTimeout(this.#idleTimer);
    this.#worker ??= this.#start();
    return this.#worker;
  }

  #start(): WorkerProcess {
    const { budget, budgetMs, now } = this.#options;
    this.#crashes = this.#crashes.filter(crash => now() - crash.time < budgetMs);
    const last = this.#crashes.at(-1);
    if (last !== undefined && this.#crashes.length >= budget) {
      throw new RestartBudgetError(this.#crashes.length, budgetMs / minute, last.exit);
    }
    const worker = new WorkerProcess(this.#script, this.#log, this.#options.environment());
    this.#log('info', `The engine was started, process ${worker.pid ?? 'none'}.`);
    void worker.exited.then(exit => this.#onExit(worker, exit));
    return worker;
  }

  #onExit(worker: WorkerProcess, exit: WorkerExit): void {
    const error = new WorkerExitedError(exit);
    if (exit.reason === 'stopped') {
      this.#log('info', `The engine has ended, process ${worker.pid ?? 'none'}.`);
    } else {
      this.#log('error', error.message);
      this.#crashes.push({ time: this.#options.now(), exit });
    }
    if (this.#worker === worker) this.#worker = undefined;
    this.#rejectInFlight(worker, error);
    worker.connection?.dispose();
  }

  #rejectInFlight(worker: WorkerProcess, error: Error): void {
    for (const request of [...this.#inFlight]) {
      if (request.worker === worker) request.reject(error);
    }
  }

  /** The worker counts as gone at once, so that a request made meanwhile starts a new one. */
  async #stop(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    this.#rejectInFlight(worker, new WorkerExitedError({ reason: 'stopped', code: null, signal: null, stderr: [] }));
    await worker.stop();
  }

  #stopWhenIdle(): void {
    clearTimeout(this.#idleTimer);
    if (this.#worker === undefined || this.#inFlight.size > 0) return;
    this.#idleTimer = setTimeout(() => {
      this.#log('info', 'The engine is stopped, as nothing was asked of it for a while.');
      void this.#stop();
    }, this.#options.idleMs);
    // A timer alone must not keep the host alive.
    this.#idleTimer.unref();
  }
}

async function send<P, R>(
  connection: MessageConnection,
  type: RequestType<P, R, ErrorData>,
  params: NoInfer<RequestParam<P>>,
  cancellation: CancellationTokenSource,
): Promise<R> {
  try {
    return await connection.sendRequest(type, params, cancellation.token);
  } catch (error) {
    throw fromWire(error);
  }
}

/** The worker's own error again. One without a kind is no sentence of ours but a fault, and is kept as the cause. */
function fromWire(error: unknown): Error {
  if (error instanceof ResponseError && isErrorData(error.data)) {
    const { kind, folder } = error.data;
    return folder === undefined ? new BasinError(kind, error.message) : new OutsideError(error.message, folder);
  }
  return computationError(`The engine could not answer: ${messageOf(error)}`, error);
}

const errorKinds: Readonly<Record<ErrorKind, true>> = {
  usage: true,
  input: true,
  incomplete: true,
  computation: true,
  interrupted: true,
  outside: true,
};

const isErrorData = (data: unknown): data is ErrorData =>
  typeof data === 'object' && data !== null && 'kind' in data && Object.hasOwn(errorKinds, String(data.kind));
