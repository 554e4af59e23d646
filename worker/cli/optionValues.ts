/** What the words after options mean; each throws `usage` where one means nothing. */
import { usageError } from '../errors.ts';
import type { GridSize } from '../protocol.ts';

/** The property, where it has a value. */
export const defined = <K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, V>);

export function choice<T extends string>(
  option: string,
  word: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (word === undefined) return undefined;
  const found = allowed.find(one => one === word);
  if (!found) throw usageError(`--${option} ${word} is none of ${allowed.join(', ')}.`);
  return found;
}

/** What stands between commas. */
export function listOf(option: string, list: string | undefined): readonly string[] | undefined {
  if (list === undefined) return undefined;
  const found = list.split(',').map(word => word.trim());
  if (found.includes('')) throw usageError(`--${option} ${list} lacks a word between two commas; give it as A,B.`);
  return found;
}

export const choices = <T extends string>(
  option: string,
  list: string | undefined,
  allowed: readonly T[],
): readonly T[] | undefined => listOf(option, list)?.map(word => choice(option, word, allowed)!);

export function integer(option: string, word: string | undefined, least: number): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  if (word.trim() === '' || !Number.isSafeInteger(value) || value < least) {
    throw usageError(`--${option} ${word} is no whole number of ${least} or more.`);
  }
  return value;
}

export function positive(option: string, word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  if (!Number.isFinite(value) || value <= 0) throw usageError(`--${option} ${word} is no number above 0.`);
  return value;
}

export function notNegative(option: string, word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  if (word.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw usageError(`--${option} ${word} is no number of 0 or more.`);
  }
  return value;
}

export function gigabytes(word: string | undefined): number | undefined {
  const value = positive('memory', word);
  return value === undefined ? undefined : value * 2 ** 30;
}

export function grid(word: string | undefined): GridSize | undefined {
  if (word === undefined) return undefined;
  const [, columns, rows] = /^(\d+)(?:x(\d+))?$/.exec(word) ?? [];
  if (!columns) throw usageError(`--grid ${word} is no size; write 51 or 51x31 (columns x rows).`);
  return { columns: Number(columns), rows: Number(rows ?? columns) };
}

/** The place of one of several files, named as it is there or by its number, from 1. */
export function placeOf(option: string, word: string | undefined, files: readonly string[]): number | undefined {
  if (word === undefined) return undefined;
  const named = files.indexOf(word);
  const place = named >= 0 ? named : /^\d+$/.test(word) ? Number(word) - 1 : -1;
  if (files[place] === undefined) {
    throw usageError(
      `--${option} ${word} is none of the files; give one as it stands there, or its number from 1 to ${files.length}.`,
    );
  }
  return place;
}
