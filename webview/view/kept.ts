/** Reads data that another version of the page may have written. Pure. */

export const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

export const oneOf = <Value>(choices: readonly Value[], value: unknown, otherwise: Value): Value =>
  choices.includes(value as Value) ? (value as Value) : otherwise;
