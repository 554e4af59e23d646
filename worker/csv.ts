/** Comma-separated values (RFC 4180). */

/** What a field may hold; nothing where there is nothing to say. */
export type Field = string | number | boolean | null | undefined;

/** A table's file: its heading, then a line a row. */
export const csv = (heading: readonly string[], rows: readonly (readonly Field[])[]): string =>
  `${[heading, ...rows].map(row => row.map(fieldText).join()).join('\n')}\n`;

const fieldText = (field: Field): string => (typeof field === 'string' ? quoted(field) : String(field ?? ''));

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
