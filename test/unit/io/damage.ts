/** Damages files for fuzz tests. */

/** Uniform integers below a limit, reproducible from the seed (a linear congruential generator of 32 bits). */
export function generator(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return limit => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Bytes that lengths, counts and opcodes turn on. */
const TELLING = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x28, 0x2e, 0x52, 0x58, 0x5d, 0x71, 0x7d];

/** A copy of a file with one to four small changes, the same for the same seed. */
export function damage(bytes: Buffer, seed: number): Buffer {
  const random = generator(seed);
  let copy = Buffer.from(bytes);
  for (let count = 1 + random(4); count > 0; count--) {
    const at = random(copy.length);
    const kind = random(6);
    if (kind === 0) copy[at] = random(256);
    else if (kind === 1) copy[at] = TELLING[random(TELLING.length)]!;
    else if (kind === 2) copy[at] = copy[at]! ^ (1 << random(8));
    else if (kind === 3) copy = Buffer.concat([copy.subarray(0, at), copy.subarray(at + random(16))]);
    else if (kind === 4)
      copy = Buffer.concat([copy.subarray(0, at), copy.subarray(random(at + 1), at + 8), copy.subarray(at)]);
    else copy = copy.subarray(0, Math.max(1, at));
    if (copy.length === 0) return bytes;
  }
  return copy;
}

/** What a program may write where another expects something else. */
const ODD_VALUES: readonly unknown[] = [null, -1, 0, 2.5, 1e300, 'x', '', [], [null], [1, 2, 3], {}, true, '__proto__'];

/** A copy of a JSON value in which one or two values are others or are not there, the same for the same seed. */
export function withOddValues(value: unknown, seed: number): unknown {
  const random = generator(seed);
  const copy: unknown = JSON.parse(JSON.stringify(value));
  for (let count = 1 + random(2); count > 0; count--) {
    const places: (readonly [parent: Record<string, unknown>, name: string])[] = [];
    collect(copy, places);
    const place = places[random(places.length)];
    if (place === undefined) return copy;
    const [parent, name] = place;
    if (random(4) === 0 && !Array.isArray(parent)) delete parent[name];
    else parent[name] = structuredClone(ODD_VALUES[random(ODD_VALUES.length)]);
  }
  return copy;
}

function collect(value: unknown, places: (readonly [parent: Record<string, unknown>, name: string])[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    places.push([value as Record<string, unknown>, name]);
    collect(part, places);
  }
}
