import { visit } from 'jsonc-parser';
import { DecodeError } from '../decode.ts';

/**
 * The value of a JSON text in which no object has a name twice: readers differ in which of the two they take.
 * Throws `SyntaxError` where it is no JSON, and `DecodeError` for a name that is there twice.
 */
export function parseUnambiguous(text: string): unknown {
  const content: unknown = JSON.parse(text);
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectProperty: name => {
      const names = open.at(-1)!;
      if (names.has(name)) throw new DecodeError(`"${name}" is there twice`);
      names.add(name);
    },
    onObjectEnd: () => {
      open.pop();
    },
  });
  return content;
}
