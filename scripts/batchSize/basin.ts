import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

/** A surface of many cells is a long document. */
const OUTPUT_BYTES_MAX = 64 << 20;

/** Where commands are run, and who is told of them. */
export interface Terminal {
  readonly folder: string;
  /** Receives each command line. */
  readonly log: (line: string) => void;
}

/**
 * Runs `basin` in a folder and returns the document it prints, which must be of the type named. Results are kept in the
 * folder's `results`, so that nothing is computed twice.
 */
export async function basin<Document>({ folder, log }: Terminal, words: readonly string[]): Promise<Document> {
  log(`basin ${words.join(' ')}`);
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...words, '--store', 'results', '--json'], {
    cwd: folder,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return JSON.parse(stdout) as Document;
}
