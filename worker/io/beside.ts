import { dirname, join, posix } from 'node:path';
import { incompleteError, inputError } from '../errors.ts';
import { openFile } from './file.ts';
import type { ByteSource } from './source.ts';

/**
 * Opens a file that another names as a part of it, by a name that comes from the file and not from the user.
 * Throws `input` for a name that leads out of the folder, `incomplete` where there is no such file yet, and as `openFile`
 * does.
 */
export type Beside = (part: string) => Promise<ByteSource>;

/** The files in the folder of the file at `path`, for parts that `name`, as messages call it, names. */
export const besideFile =
  (path: string, name: string): Beside =>
  async part => {
    if (!isPlainName(part)) {
      throw inputError(
        `${name}: names ${JSON.stringify(part)} as a part of it; Basin reads files beside it only, so put them into one folder.`,
      );
    }
    try {
      return await openFile(join(dirname(path), part), posix.join(posix.dirname(name), part));
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw incompleteError(
        `${name}: names ${part} as a part of it, which is not there; it is still being written, or was copied without it.`,
        error,
      );
    }
  };

const isPlainName = (name: string): boolean => name !== '' && !/^\.{1,2}$|[/\\\0:]/.test(name);

/** Whether an error comes from a file that is not there. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ENOENT';

/** For bytes that are no file, or a part themselves: nothing lies beside them. */
export const nothingBeside =
  (name: string): Beside =>
  async part => {
    throw inputError(`${name}: names ${part} as a part of it, and is no file of its own; name the file that it is in.`);
  };
