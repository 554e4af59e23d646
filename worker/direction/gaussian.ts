import { createHash } from 'node:crypto';

/**
 * Standard normal numbers keyed by words: the same key gives the same numbers on every machine and in every version.
 * The key's SHA-256 seeds xoshiro128** (Blackman & Vigna 2021), and the polar method (Marsaglia & Bray 1964) turns pairs
 * of its uniform numbers, 53 bits each, into normal ones.
 */
export function gaussians(key: readonly (string | number)[], count: number): Float64Array {
  const uniform = generator(key);
  const values = new Float64Array(count);
  for (let index = 0; index < count; ) {
    const u = 2 * uniform() - 1;
    const v = 2 * uniform() - 1;
    const s = u * u + v * v;
    if (s >= 1 || s === 0) continue;
    const factor = Math.sqrt((-2 * Math.log(s)) / s);
    values[index++] = u * factor;
    if (index < count) values[index++] = v * factor;
  }
  return values;
}

/** Uniform numbers in [−1, 1), keyed alike. */
export function uniforms(key: readonly (string | number)[], count: number): Float64Array {
  const uniform = generator(key);
  return new Float64Array(count).map(() => 2 * uniform() - 1);
}

/** Uniform numbers in [0, 1) with 53 random bits. */
function generator(key: readonly (string | number)[]): () => number {
  const hash = createHash('sha256').update(key.join('\0')).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map(at => hash.readUInt32LE(at)) as [number, number, number, number];
  const rotate = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits));
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) * 2 ** -53;
}
