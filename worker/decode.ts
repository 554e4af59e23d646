/** Decoders of JSON that anyone may have written: each returns the value with its type, or says what it should be. */

/** Throws {@link DecodeError} where the value is none of its type. `place` is where it stands, such as `plane.norms.x`. */
export type Decode<T> = (value: unknown, place: string) => T;

/** What is wrong and where, without the file's name; whoever knows that makes a sentence of it. */
export class DecodeError extends Error {}

const wrong = (place: string, expected: string): DecodeError =>
  new DecodeError(`${place === '' ? 'the document' : `"${place}"`} is not ${expected}`);

/** Longer texts than this are no name, no path and no sentence. */
const TEXT_MAX = 10_000;

export const text: Decode<string> = (value, place) => {
  if (typeof value === 'string' && value.length <= TEXT_MAX) return value;
  throw wrong(place, `a text of at most ${TEXT_MAX} characters`);
};

/** JSON has no other numbers than finite ones; one that is too large to hold reads as Infinity. */
export const number: Decode<number> = (value, place) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(place, 'a number');
};

/** A whole number of 0 or more. */
export const count: Decode<number> = (value, place) => {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
  throw wrong(place, 'a whole number of 0 or more');
};

export const oneOf =
  <const T extends readonly unknown[]>(...allowed: T): Decode<T[number]> =>
  (value, place) => {
    if (allowed.includes(value)) return value as T[number];
    throw wrong(place, allowed.length === 1 ? String(allowed[0]) : `one of ${allowed.join(', ')}`);
  };

export const nullable =
  <T>(decode: Decode<T>): Decode<T | null> =>
  (value, place) =>
    value === null ? null : decode(value, place);

export const optional =
  <T>(decode: Decode<T>): Decode<T | undefined> =>
  (value, place) =>
    value === undefined ? undefined : decode(value, place);

export const either =
  <A, B>(one: Decode<A>, other: Decode<B>): Decode<A | B> =>
  (value, place) => {
    try {
      return one(value, place);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return other(value, place);
    }
  };

/** A list of `least` to `most` elements. */
export const list =
  <T>(decode: Decode<T>, least: number, most: number): Decode<readonly T[]> =>
  (value, place) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      throw wrong(place, least === most ? `a list of ${most}` : `a list of ${least} to ${most}`);
    }
    return value.map((element, index) => decode(element, `${place}[${index}]`));
  };

type Fields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? Decode<T[K] | undefined> : Decode<T[K]>;
};

/** An object of these fields; what else it holds is dropped. */
export const object =
  <T extends object>(fields: Fields<T>): Decode<T> =>
  (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'an object');
    const decoded: Record<string, unknown> = {};
    for (const [name, decode] of Object.entries<Decode<unknown>>(fields)) {
      const own = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
      const field = decode(own, place === '' ? name : `${place}.${name}`);
      if (field !== undefined) decoded[name] = field;
    }
    return decoded as T;
  };

/** Names with a text each, at most `most` of them. */
export const texts =
  (most: number): Decode<Readonly<Record<string, string>>> =>
  (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'an object');
    const entries = Object.entries(value);
    if (entries.length > most) throw wrong(place, `an object of at most ${most} texts`);
    return Object.fromEntries(entries.map(([name, own]) => [name, text(own, `${place}.${name}`)]));
  };
