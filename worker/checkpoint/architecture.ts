import { inputError, messageOf } from '../errors.ts';

/** The architectures of networks with thousands of layers have some megabytes. */
export const ARCHITECTURE_MAX = 64 << 20;

/** The JSON of an architecture. Throws `input`, naming `name`, for a text that is none. */
export function parseArchitecture(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(text);
    if (isRecord(content)) return content;
    throw new TypeError('it is no object');
  } catch (error) {
    throw inputError(
      `${name}: the architecture cannot be understood (${messageOf(error)}); save the model again.`,
      error,
    );
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
