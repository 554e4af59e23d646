import { type Decode, DecodeError, object, oneOf, text } from '../decode.ts';
import { ResultFiles } from './files.ts';

/** A document far larger than any of ours. */
const BYTES_MAX = 64 << 20;

/** Version of the files; one of another version is left alone. */
const VERSION = 1;

/** The file of a document; what it holds is left to whoever knows its kind. */
interface Entry {
  readonly basin: 'document';
  readonly version: typeof VERSION;
  readonly key: string;
  readonly document: unknown;
}

const entry = object<Entry>({
  basin: oneOf('document'),
  version: oneOf(VERSION),
  key: text,
  document: value => value,
});

/** Where a document is kept, as `ResultFiles` names it. */
export const documentFile = (key: string): string => `${key}.json`;

/**
 * Small JSON documents under their keys (see `resultKey`), beside the surfaces. What is written last is what is read;
 * one that cannot be read or written is reported once and is as if it were not there.
 */
export class Documents {
  readonly files: ResultFiles;

  /** @param report receives a sentence about each file that is no good, and one about a folder that cannot be written. */
  constructor(folder: string, report: (message: string) => void) {
    this.files = new ResultFiles(folder, report);
  }

  /** What is kept under a key; null where there is nothing, or nothing that `decode` takes. */
  read<T>(key: string, decode: Decode<T>): Promise<T | null> {
    return this.files.readJson(documentFile(key), BYTES_MAX, content => {
      const { key: own, document } = entry(content, '');
      if (own !== key) throw new DecodeError('it was renamed');
      return decode(document, '');
    });
  }

  /** Keeps a document under a key, in the place of what was there. */
  async write(key: string, document: object): Promise<void> {
    const whole: Entry = { basin: 'document', version: VERSION, key, document };
    const content = JSON.stringify(whole);
    await this.files.write(documentFile(key), file => file.writeFile(content));
  }

  /** Forgets what is kept under a key. */
  remove(key: string): Promise<void> {
    return this.files.remove(documentFile(key));
  }
}
