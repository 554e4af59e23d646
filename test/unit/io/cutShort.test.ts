import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readCheckpoint } from '../../../worker/checkpoint/open.ts';
import { readArray } from '../../../worker/data/array.ts';
import { BasinError, messageOf } from '../../../worker/errors.ts';
import { readModel } from '../../../worker/graph/onnx/read.ts';
import { fromBytes } from '../../../worker/io/source.ts';
import { readFixture } from './fixtures.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

type Open = (bytes: Uint8Array) => unknown;

const checkpoint: Open = bytes => readCheckpoint(fromBytes('x', bytes));
const array =
  (name: string, part: string | null = null): Open =>
  bytes =>
    readArray(fromBytes(name, bytes), part);
const model: Open = bytes => readModel(bytes, 'x');

/** Bytes of a file, and what opens it. */
const files: Readonly<Record<string, readonly [Uint8Array, Open]>> = {
  'strided.pt': [readFixture('strided.pt'), checkpoint],
  'deflated.pt': [readFixture('deflated.pt'), checkpoint],
  'untyped.pt': [readFixture('untyped.pt'), checkpoint],
  'partly.pt': [readFixture('partly.pt'), checkpoint],
  'legacy-strided.pth': [readFixture('legacy-strided.pth'), checkpoint],
  'legacy-dtypes-protocol4.pth': [readFixture('legacy-dtypes-protocol4.pth'), checkpoint],
  'partly-legacy.pt': [readFixture('partly-legacy.pt'), checkpoint],
  'step-40.safetensors': [readFixture('step-40.safetensors'), checkpoint],
  'partly.npz': [readFixture('partly.npz'), checkpoint],
  'data.npz#labels': [readFixture('data.npz'), array('x', 'labels')],
  'data-compressed.npz#labels': [readFixture('data-compressed.npz'), array('x', 'labels')],
  'version1.npy': [readFixture('version1.npy'), array('x')],
  'version3.npy': [readFixture('version3.npy'), array('x')],
  'idx-f8-ubyte': [readFixture('idx-f8-ubyte'), array('x')],
  'idx-u1-ubyte': [readFixture('idx-u1-ubyte'), array('x')],
  'idx-u1-ubyte.gz': [readFixture('idx-u1-ubyte.gz'), array('x')],
  'version1.npy.gz': [gzipSync(readFixture('version1.npy')), array('x')],
  // Whole lines and whole records are files of their own; these have one of each.
  'a line of a CSV file': [Buffer.from('a,b,c\n1,2,3\n').subarray(0, -2), array('x.csv', 'b')],
  'a record of CIFAR-100': [
    readFileSync(join(FIXTURES, 'data/cifar100.bin')).subarray(0, 3074),
    array('x.bin', 'fine'),
  ],
  'digits-mlp/model.onnx': [readFileSync(join(FIXTURES, 'digits-mlp/model.onnx')), model],
  'tokens/model.onnx': [readFileSync(join(FIXTURES, 'data/tokens/model.onnx')), model],
};

describe('files that are still being written', () => {
  for (const [name, [bytes, open]] of Object.entries(files)) {
    it(`${name} is incomplete at every length, and then whole`, async () => {
      for (let length = 0; length < bytes.length; length++) {
        try {
          await open(bytes.subarray(0, length));
        } catch (error) {
          if (error instanceof BasinError && error.kind === 'incomplete') continue;
          throw new Error(`the first ${length} bytes: ${messageOf(error)}`, { cause: error });
        }
        throw new Error(`the first ${length} of ${bytes.length} bytes were taken for a whole file`);
      }
      await open(bytes);
    });
  }

  const nonsense: readonly (readonly [string, Uint8Array])[] = [
    ['text', Buffer.from('epoch 3: loss 0.25\n'.repeat(3))],
    ['a web page', Buffer.from('<!doctype html><title>404</title>')],
    ['noise', Uint8Array.from({ length: 999 }, (_, index) => (index * index * 31 + 7) & 255)],
    ['ones', Buffer.alloc(64, 255)],
  ];
  const readers: Readonly<Record<string, Open>> = { checkpoint, array: array('x'), model };
  for (const [reader, open] of Object.entries(readers)) {
    for (const [what, bytes] of nonsense) {
      it(`${what} is no ${reader}, whatever follows`, async () => {
        await assert.rejects(async () => open(bytes), { kind: 'input' });
      });
    }
  }
});
