import { allocate, type ByteSource, checkRange } from './source.ts';

/** Files one after the other as if they were one; whoever opened them closes them. */
export function joinSources(name: string, parts: readonly ByteSource[]): ByteSource {
  const starts: number[] = [];
  let size = 0;
  for (const part of parts) {
    starts.push(size);
    size += part.size;
  }
  const source: ByteSource = {
    name: parts.length === 1 ? parts[0]!.name : name,
    size,
    whole: false,
    async read(offset, length) {
      checkRange(source, offset, length);
      const bytes = allocate(source.name, length);
      for (const [index, part] of parts.entries()) {
        const from = Math.max(offset, starts[index]!);
        const to = Math.min(offset + length, starts[index]! + part.size);
        if (from < to) bytes.set(await part.read(from - starts[index]!, to - from), from - offset);
      }
      return bytes;
    },
    async close() {},
  };
  return source;
}
