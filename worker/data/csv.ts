import { inputError } from '../errors.ts';
import { type ByteSource, endsEarly } from '../io/source.ts';
import type { LazyTensor, RowRange } from '../tensor.ts';

/** Whether a file is read as comma-separated values, which no bytes tell: its name does. */
export const isCsvName = (name: string): boolean => /\.(csv|tsv)(\.gz)?$/i.test(name);

/** Bytes read at once. */
const CHUNK = 2 ** 20;

/** Longest line read: a row of an image of 1024×1024×3 takes a quarter of it. */
const MAX_LINE = 2 ** 26;

/** Where every so many rows begin is kept, so that rows here and there are found without reading all before them. */
const ROWS_A_MARK = 256;

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

const SEPARATORS = [',', ';', '\t'];

/** A line that is not empty. */
interface Line {
  readonly text: string;
  /** Number in the file, from 1. */
  readonly number: number;
  /** Where it begins in the file, in bytes. */
  readonly offset: number;
  /** Whether a line break follows. */
  readonly ended: boolean;
}

/** What a pass over the file finds. */
interface Table {
  readonly separator: string;
  /** Names of the columns; null where the first line has numbers. */
  readonly header: readonly string[] | null;
  readonly width: number;
  readonly rows: number;
  /** Of rows 0, ROWS_A_MARK, 2·ROWS_A_MARK, …. */
  readonly marks: readonly Pick<Line, 'number' | 'offset'>[];
}

/**
 * Columns of a CSV file as float64: `[rows]` for one column, else `[rows, columns]`. Its first line is a header if a cell
 * of it is no number; cells are separated by what the first line has of comma, semicolon and tab.
 * @param columns names of the header, numbers from 0 and ranges `from:to` (`to` not included), separated by commas; null
 * for all.
 * Throws `input` for columns that are not there and, when they are read, for cells that are no numbers; `incomplete`
 * where the last line is cut short.
 */
export async function csvTensor(name: string, source: ByteSource, columns: string | null): Promise<LazyTensor> {
  const table = await scan(source);
  const chosen = chooseColumns(source.name, table, columns);
  const single = columns !== null && !/[,:]/.test(columns);
  const shape = single ? [table.rows] : [table.rows, chosen.length];
  return {
    name: columns ?? name,
    dtype: 'float64',
    shape,
    read: async range => {
      const { from, to } = checkRange(source.name, table, range);
      const data = await readCells(source, table, chosen, { from, to });
      return { dtype: 'float64', shape: [to - from, ...shape.slice(1)], data };
    },
  };
}

/** Counts the rows, in constant memory but for a mark every so many of them. */
async function scan(source: ByteSource): Promise<Table> {
  let first: Pick<Table, 'separator' | 'header' | 'width'> | null = null;
  let rows = 0;
  let last: Line | null = null;
  const marks: { number: number; offset: number }[] = [];
  for await (const line of lines(source, { number: 1, offset: 0 })) {
    if (first === null) {
      first = readFirst(line.text);
      if (first.header) continue;
    }
    if (rows % ROWS_A_MARK === 0) marks.push({ number: line.number, offset: line.offset });
    rows++;
    last = line;
  }
  if (first === null || last === null) throw endsEarly(source, source.size + 1);
  if (!last.ended && splitLine(last.text, first.separator).length < first.width) {
    throw endsEarly(source, source.size + 1);
  }
  return { ...first, rows, marks };
}

function readFirst(text: string): Pick<Table, 'separator' | 'header' | 'width'> {
  const separator = SEPARATORS.find(candidate => text.includes(candidate)) ?? ',';
  const cells = splitLine(text, separator);
  return { separator, width: cells.length, header: cells.every(cell => NUMBER.test(cell)) ? null : cells };
}

function chooseColumns(file: string, { header, width }: Table, columns: string | null): number[] {
  if (columns === null) return Array.from({ length: width }, (_, column) => column);
  return columns.split(',').flatMap(part => {
    const named = header?.indexOf(part.trim()) ?? -1;
    if (named >= 0) return [named];
    const [, begin, colon, end] = /^\s*(\d*)(:?)(\d*)\s*$/.exec(part) ?? [];
    const from = Number(begin || 0);
    const to = colon ? Number(end || width) : from + 1;
    if (begin === undefined || (!colon && begin === '') || !(from < to && to <= width)) {
      const has = header ? `${header.slice(0, 20).join(', ')}${header.length > 20 ? ' …' : ''}` : 'no names';
      throw inputError(
        `${file}: no column "${part.trim()}" among its ${width} (${has}); give names of its header, numbers from 0, or a range such as 1:${width}.`,
      );
    }
    return Array.from({ length: to - from }, (_, index) => from + index);
  });
}

function checkRange(file: string, { rows }: Table, range: RowRange | undefined): RowRange {
  const { from, to } = range ?? { from: 0, to: rows };
  if (Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= rows) return { from, to };
  throw inputError(`${file}: has ${rows} rows; rows [${from}, ${to}) lie outside.`);
}

async function readCells(
  source: ByteSource,
  { separator, width, marks }: Table,
  columns: readonly number[],
  { from, to }: RowRange,
): Promise<Float64Array<ArrayBuffer>> {
  const cells = new Float64Array((to - from) * columns.length);
  if (from === to) return cells;
  const mark = Math.floor(from / ROWS_A_MARK);
  let row = mark * ROWS_A_MARK;
  for await (const { text, number } of lines(source, marks[mark]!)) {
    if (row >= from) {
      const line = splitLine(text, separator);
      if (line.length !== width) {
        throw inputError(`${source.name}: line ${number} has ${line.length} cells and the first ${width}; mend it.`);
      }
      columns.forEach((column, index) => {
        const cell = line[column]!;
        if (!NUMBER.test(cell)) {
          throw inputError(
            `${source.name}: line ${number}, column ${column}: ${JSON.stringify(cell.slice(0, 40))} is no number; mend the cell, or leave its row or column out.`,
          );
        }
        cells[(row - from) * columns.length + index] = Number(cell);
      });
    }
    if (++row === to) break;
  }
  return cells;
}

/** The cells of a line; quotes around one are taken off, and separators between them belong to it. */
function splitLine(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const cells = [''];
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) cells.push('');
    else cells[cells.length - 1] += character;
  }
  return cells;
}

/** The lines from a place on that are not empty. */
async function* lines(source: ByteSource, start: Pick<Line, 'number' | 'offset'>): AsyncGenerator<Line> {
  let pending: Buffer = Buffer.alloc(0);
  let { number, offset } = start;
  const line = (bytes: Buffer, ended: boolean): Line => {
    // Byte order marks are what spreadsheets begin files with.
    const text = bytes.toString('utf8').replace(/^\ufeff|\r$/g, '');
    return { text, number, offset, ended };
  };
  for (let position = offset; position < source.size; ) {
    const chunk = Buffer.from(await source.read(position, Math.min(CHUNK, source.size - position)));
    position += chunk.length;
    const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    let begin = 0;
    // What was pending has been looked through already.
    let end = bytes.indexOf(10, pending.length);
    for (; end >= 0; begin = end + 1, end = bytes.indexOf(10, begin)) {
      const next = line(bytes.subarray(begin, end), true);
      if (next.text !== '') yield next;
      number += 1;
      offset += end + 1 - begin;
    }
    pending = bytes.subarray(begin);
    if (pending.length > MAX_LINE) {
      throw inputError(`${source.name}: line ${number} is longer than ${MAX_LINE} bytes, so this is no CSV file.`);
    }
  }
  const rest = line(pending, false);
  if (rest.text !== '') yield rest;
}
