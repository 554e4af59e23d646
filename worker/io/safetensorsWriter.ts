import type { NamedArray } from './npzWriter.ts';

/** Data begin at a multiple of this, so that they can be used where they lie. */
const ALIGNMENT = 8;

/**
 * The bytes of a safetensors file of float32 arrays in this order, piece by piece (huggingface/safetensors, README,
 * "Format"). The same arrays give the same bytes.
 */
export function* safetensorsBytes(arrays: readonly NamedArray[]): Generator<Uint8Array> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const { name, shape, data } of arrays) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const head = Buffer.alloc(8 + length, ' ');
  head.writeBigUInt64LE(BigInt(length));
  text.copy(head, 8);
  yield head;
  for (const { data } of arrays) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
