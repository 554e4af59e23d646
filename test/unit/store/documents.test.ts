import assert from 'node:assert/strict';
import { mkdir, mkdtemp, open as openFile, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Decode, number, object, text } from '../../../worker/decode.ts';
import { Documents } from '../../../worker/store/documents.ts';
import { resultKey } from '../../../worker/store/key.ts';
import { surface } from '../../fixtures/panelStates.ts';

interface Note {
  readonly name: string;
  readonly value: number;
}

const decode: Decode<Note> = object<Note>({ name: text, value: number });
const key = 'a'.repeat(64);
const note: Note = { name: 'lambda-max', value: 0.1 + 0.2 };
const other: Note = { name: 'trace', value: -1e-300 };

describe('documents of a store', () => {
  let folder: string;
  let reports: string[];
  const open = (): Documents => new Documents(folder, message => reports.push(message));

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'basin-documents-')), 'results');
    reports = [];
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

  it('are given back to another process to the last bit, the last one that was written', async () => {
    await open().write(key, other);
    await open().write(key, note);
    assert.deepEqual(await open().read(key, decode), note);
    assert.equal(await open().read('b'.repeat(64), decode), null);
    assert.deepEqual(reports, []);
  });

  it('are gone once they are removed', async () => {
    await open().write(key, note);
    await open().remove(key);
    await open().remove(key);
    assert.equal(await open().read(key, decode), null);
    assert.deepEqual([await readdir(folder), reports], [[], []]);
  });

  it('are whole however many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => open().write(key, index % 2 ? note : other)));
    const read = await open().read(key, decode);
    assert.ok([note.value, other.value].includes(read?.value ?? Number.NaN), JSON.stringify(read));
    assert.deepEqual(await readdir(folder), [`${key}.json`]);
  });

  const spoilt: Readonly<Record<string, (content: string) => string>> = {
    'an empty file': () => '',
    'a file that was cut short': content => content.slice(0, -5),
    'a file of another program': () => '{"some": "thing"}',
    'another version': content => content.replace('"version":1', '"version":2'),
    'a renamed file': content => content.replace(key, 'c'.repeat(64)),
    'a document of another kind': content => content.replace('"value":', '"amount":'),
  };
  for (const [what, spoil] of Object.entries(spoilt)) {
    it(`ignore ${what} with one line for the log, and replace it`, async () => {
      const file = join(folder, `${key}.json`);
      await open().write(key, note);
      await writeFile(file, spoil(await readFile(file, 'utf8')));
      const documents = open();
      assert.deepEqual([await documents.read(key, decode), await documents.read(key, decode)], [null, null]);
      assert.equal(reports.length, 1, reports.join('\n'));
      assert.match(reports[0]!, /\.json: is ignored, as it cannot be used as a stored result \(/);
      await documents.write(key, other);
      assert.deepEqual(await open().read(key, decode), other);
    });
  }

  it('ignore what is larger than any document, and a folder in the place of a file', async () => {
    await mkdir(join(folder, `${key}.json`), { recursive: true });
    await writeFile(join(folder, `${'b'.repeat(64)}.json`), ' '.repeat((64 << 20) + 1));
    const documents = open();
    assert.equal(await documents.read(key, decode), null);
    assert.equal(await documents.read('b'.repeat(64), decode), null);
    assert.match(reports.join('\n'), /EISDIR.*67108865 bytes are too many/s);
  });

  it('leave the last one in place where the disk is full, say so once, and go on when it is not', async () => {
    const documents = open();
    await documents.write(key, note);
    const mend = await fillDisk(join(folder, 'probe'));
    try {
      await documents.write(key, other);
      await documents.write('b'.repeat(64), other);
    } finally {
      mend();
    }
    assert.equal(reports.length, 1, reports.join('\n'));
    assert.match(reports[0]!, /results cannot be kept there \(ENOSPC: no space left on device, write\); until that is/);
    assert.deepEqual(await documents.read(key, decode), note);
    assert.deepEqual(await readdir(folder), [`${key}.json`]);
    await documents.write(key, other);
    assert.deepEqual(await open().read(key, decode), other);
  });

  it('remove what a killed writer left once it is old', async () => {
    await mkdir(folder);
    const [old, fresh] = ['old', 'fresh'].map(name => join(folder, `${key}.json.${name}.tmp`)) as [string, string];
    for (const path of [old, fresh]) await writeFile(path, '{');
    await utimes(old, 0, 0);
    await open().write(key, note);
    assert.deepEqual((await readdir(folder)).sort(), [`${key}.json`, `${key}.json.fresh.tmp`]);
  });
});

describe('key of a result', () => {
  const { provenance } = surface('coarse');

  it('is another for another kind and for other settings, in whatever order they stand', () => {
    const keys = [
      resultKey('spectrum', provenance, { largest: 3, smallest: 1 }),
      resultKey('spectrum', provenance, { smallest: 1, largest: 3 }),
      resultKey('sharpness', provenance, { largest: 3, smallest: 1 }),
      resultKey('spectrum', provenance, { largest: 1, smallest: 3 }),
    ];
    assert.equal(keys[0], keys[1]);
    assert.equal(new Set(keys).size, 3);
  });
});

/** Makes every file's writing fail as on a full disk, half of it written. @returns what ends that. */
async function fillDisk(probe: string): Promise<() => void> {
  const handle = await openFile(probe, 'w');
  await handle.close();
  await rm(probe);
  const prototype: Pick<typeof handle, 'writeFile' | 'write'> = Object.getPrototypeOf(handle);
  const { writeFile: whole } = prototype;
  prototype.writeFile = async function (this: typeof handle, content) {
    await whole.call(this, String(content).slice(0, 10));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return () => {
    prototype.writeFile = whole;
  };
}
