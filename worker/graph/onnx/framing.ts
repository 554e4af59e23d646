/** Fields of ModelProto and their wire types (onnx.proto; 0 is a varint, 2 a length and as many bytes). */
const MODEL_FIELDS: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 0],
  [6, 2],
  [7, 2],
  [8, 2],
  [14, 2],
  [20, 2],
  [25, 2],
  [26, 2],
]);

const IR_VERSION = 1;
const GRAPH = 7;
const OPSET_IMPORT = 8;

const LENGTH_DELIMITED = 2;

/** Versions of the format have gone up by one a year. */
const VERSION_MAX = 100;

/**
 * Whether bytes are the beginning of an ONNX model that goes on: they start with its version, as every writer does, and
 * end within a field, or before the graph or the operator sets. Only the outermost fields are looked at.
 */
export function isCutShort(bytes: Uint8Array): boolean {
  const seen = new Set<number>();
  let position = 0;
  while (position < bytes.length) {
    const tag = readVarint(bytes, position);
    if (tag === null) return seen.has(IR_VERSION);
    const field = tag.value >>> 3;
    const wire = tag.value & 7;
    if (MODEL_FIELDS.get(field) !== wire || (seen.size === 0 && field !== IR_VERSION)) return false;
    seen.add(field);
    const number = readVarint(bytes, tag.end);
    if (number === null) return true;
    position = wire === LENGTH_DELIMITED ? number.end + number.value : number.end;
    if (position > bytes.length) return true;
  }
  return !(seen.has(GRAPH) && seen.has(OPSET_IMPORT));
}

/** Whether a file begins as an ONNX model does: its version, and another field of the outermost message. */
export function beginsAsModel(head: Uint8Array): boolean {
  const first = readVarint(head, 0);
  const version = first?.value === IR_VERSION << 3 ? readVarint(head, first.end) : null;
  if (version === null || version.value > VERSION_MAX) return false;
  const next = readVarint(head, version.end);
  return next !== null && MODEL_FIELDS.get(next.value >>> 3) === (next.value & 7);
}

/** A number of seven bits a byte; null where the bytes end before it does. */
function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  let value = 0;
  for (let index = start; index < bytes.length; index++) {
    value += (bytes[index]! & 0x7f) * 2 ** (7 * (index - start));
    if (bytes[index]! < 0x80) return { value, end: index + 1 };
  }
  return null;
}
