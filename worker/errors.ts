/**
 * Why something could not be had. `usage` and `input` are the user's to mend; `incomplete` is a file that is still
 * being written and may be whole a moment later; `computation` is ours or the engine's; `interrupted` was asked for;
 * `outside` is a file in a folder that the user has not allowed yet.
 */
export type ErrorKind = 'usage' | 'input' | 'incomplete' | 'computation' | 'interrupted' | 'outside';

/** An error whose message is one sentence for the user: it names the file, the value and the remedy. */
export class BasinError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BasinError';
    this.kind = kind;
  }

  /** Exit status of the command line: 1 failed, 2 wrong usage or input, 130 interrupted. */
  get exitStatus(): 1 | 2 | 130 {
    return this.kind === 'interrupted' ? 130 : this.kind === 'computation' ? 1 : 2;
  }
}

/** A file outside of the folders that a request may read. */
export class OutsideError extends BasinError {
  /** The folder that would have to be allowed, without symbolic links. */
  readonly folder: string;

  constructor(message: string, folder: string) {
    super('outside', message);
    this.name = 'OutsideError';
    this.folder = folder;
  }
}

/** Wrong command line or request. */
export const usageError = (message: string): BasinError => new BasinError('usage', message);

/** A file or value that is wrong for good. The message starts with the file's name. */
export const inputError = (message: string, cause?: unknown): BasinError =>
  new BasinError('input', message, cause === undefined ? undefined : { cause });

/** A file that ends too early: it may still be being written. */
export const incompleteError = (message: string, cause?: unknown): BasinError =>
  new BasinError('incomplete', message, cause === undefined ? undefined : { cause });

/** The engine failed, or a result could not be computed. */
export const computationError = (message: string, cause?: unknown): BasinError =>
  new BasinError('computation', message, cause === undefined ? undefined : { cause });

/** The user cancelled; what was finished is kept by whoever received the partial results. */
export const interruptedError = (): BasinError => new BasinError('interrupted', 'Interrupted.');

/** Throws `interrupted` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw interruptedError();
}

/** The message of anything thrown, for a sentence that quotes it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
