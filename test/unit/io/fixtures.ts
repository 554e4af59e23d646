/** What the tests of readers share: the fixture files, and a zip writer that can lie. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync } from 'node:zlib';
import { BasinError, type ErrorKind } from '../../../worker/errors.ts';
import { type LazyTensor, numberAt, type Tensor, type TypedArray } from '../../../worker/tensor.ts';

/** Written by make_fixtures.py beside them. */
export const FILES = fileURLToPath(new URL('../../fixtures/files/', import.meta.url));

export const readFixture = (name: string): Buffer => readFileSync(`${FILES}${name}`);

/** A tensor as expected.json spells it: integers and what JSON lacks as strings. */
export interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

export interface ExpectedFile {
  readonly format: string;
  readonly step: number | null;
  readonly tensors: Readonly<Record<string, ExpectedTensor>>;
}

export const expectedFiles = (): Readonly<Record<string, ExpectedFile>> =>
  JSON.parse(readFixture('expected.json').toString('utf8'));

/** Holds a tensor against what PyTorch or NumPy found, bit for bit. */
export async function checkTensor(lazy: LazyTensor, expected: ExpectedTensor): Promise<void> {
  const tensor = await lazy.read();
  assert.deepEqual([tensor.dtype, tensor.shape], [expected.dtype, expected.shape], lazy.name);
  assert.deepEqual([lazy.dtype, lazy.shape], [expected.dtype, expected.shape], lazy.name);
  assert.deepEqual(spell(tensor.data), expected.data.map(String), lazy.name);
  const [count] = expected.shape;
  if (count !== undefined && count > 1) await checkRows(lazy, tensor, 1, count);
}

/** Holds a range of rows against the same rows of the whole. */
export async function checkRows(lazy: LazyTensor, whole: Tensor, from: number, to: number): Promise<void> {
  const part = await lazy.read({ from, to });
  const row = whole.data.length / whole.shape[0]!;
  assert.deepEqual(part.shape, [to - from, ...whole.shape.slice(1)], lazy.name);
  assert.deepEqual(spell(part.data), spell(whole.data).slice(from * row, to * row), lazy.name);
}

const spell = (data: TypedArray): string[] =>
  Array.from(data as ArrayLike<number | bigint>, value => (Object.is(value, -0) ? '-0' : String(value)));

/** Runs something that must fail with one sentence that starts with the file's name and says `message`. */
export async function refuses(work: () => Promise<unknown>, kind: ErrorKind, message: RegExp): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof BasinError, `not a BasinError: ${error instanceof Error ? error.stack : error}`);
    assert.match(error.message, message);
    assert.equal(error.kind, kind, error.message);
    return true;
  });
}

export interface ZipPart {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  /** What the directory claims instead of the truth. */
  readonly claims?: Partial<Record<'size' | 'compressedSize' | 'crc' | 'flags' | 'method' | 'offset', number>>;
}

/** A zip archive of the given parts (APPNOTE 4.3), lies included. */
export function zip(parts: readonly ZipPart[], end: { disk?: number; count?: number } = {}): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, deflate, claims } of parts) {
    const body = deflate ? deflateRawSync(data) : Buffer.from(data);
    const honest = {
      size: data.length,
      compressedSize: body.length,
      crc: crc32(data),
      flags: 0,
      method: deflate ? 8 : 0,
      offset,
    };
    const { size, compressedSize, crc, flags, method, offset: at } = { ...honest, ...claims };
    const nameBytes = Buffer.from(name, 'utf8');
    const common = (target: Buffer, position: number) => {
      target.writeUInt16LE(20, position);
      target.writeUInt16LE(0x800 | flags, position + 2);
      target.writeUInt16LE(method, position + 4);
      target.writeUInt32LE(crc, position + 10);
      target.writeUInt32LE(compressedSize, position + 14);
      target.writeUInt32LE(size, position + 18);
      target.writeUInt16LE(nameBytes.length, position + 22);
    };
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    common(local, 4);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    common(central, 6);
    central.writeUInt32LE(at, 42);
    bodies.push(local, nameBytes, body);
    directory.push(central, nameBytes);
    offset += local.length + nameBytes.length + body.length;
  }
  const last = Buffer.alloc(22);
  last.writeUInt32LE(0x06054b50);
  last.writeUInt16LE(end.disk ?? 0, 4);
  last.writeUInt16LE(end.count ?? parts.length, 8);
  last.writeUInt16LE(end.count ?? parts.length, 10);
  last.writeUInt32LE(Buffer.concat(directory).length, 12);
  last.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...directory, last]);
}

/** The sum of a tensor, which touches every element. */
export function sum({ data }: Tensor): number {
  let total = 0;
  for (let index = 0; index < data.length; index++) total += numberAt(data, index);
  return total;
}
