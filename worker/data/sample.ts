import { createHash } from 'node:crypto';
import { inputError } from '../errors.ts';
import { type DType, formatShape, isFloating, type Tensor } from '../tensor.ts';
import { type OpenArray, openArray } from './array.ts';
import type { Layout } from './layout.ts';
import { checkNormalization, deliver, type Normalization } from './normalize.ts';
import { chooseRows, joinRows, readRows, rowBytes, sliceRows } from './rows.ts';

/** What a sample is taken from: a split's data of basin.json, and how many rows. */
export interface SampleSpec {
  /** A reference to an array, or one for each graph input; see `openArray`. */
  readonly inputs: string | Readonly<Record<string, string>>;
  readonly targets?: string;
  /** Rows [from, to) to choose from; the default is all. */
  readonly rows?: readonly [number, number];
  /** How many of those rows; the default is all, and so is more than there are. */
  readonly samples?: number;
  readonly seed?: number;
  /** Whether the first rows are taken (the default) or `seed` draws them. */
  readonly order?: 'first' | 'seeded';
  /** Order of the axes of images in the inputs' files; the default is channels first. */
  readonly layout?: Layout;
  readonly scale?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** An input as its file has it: element type, and the shape of one row. */
export interface InputType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export interface Batch {
  /** By input name; the only key is '' where the spec names none. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** As the file has them. */
  readonly targets: Tensor | null;
}

/** The fixed rows of the data on which everything is measured. */
export interface Sample {
  readonly count: number;
  /** The rows it was chosen from, [from, to); where it holds the first ones, exactly those it holds. */
  readonly rows: readonly [number, number];
  readonly inputNames: readonly string[];
  /** In the order of the names. */
  readonly inputTypes: readonly InputType[];
  /** Of the inputs, which batches keep. */
  readonly layout: Layout;
  /** SHA-256 (hex) of the rows as read: of each input in turn, then of the targets. */
  readonly digest: string;
  /** Examples [from, to) of the sample, as `deliver` makes them; tensors may share the sample's memory: only read them. */
  batch(from: number, to: number): Promise<Batch>;
  close(): Promise<void>;
}

/** What computing needs of a sample. */
export type Examples = Pick<Sample, 'count' | 'inputNames' | 'inputTypes' | 'layout' | 'batch'>;

/** Examples [from, to) alone. */
export const examplesOf = (examples: Examples, from: number, to: number): Examples => ({
  ...examples,
  count: to - from,
  batch: (first, last) => examples.batch(from + first, from + last),
});

/** The examples with these indices, in this order; at least one. */
export const examplesAt = (examples: Examples, indices: readonly number[]): Examples => ({
  ...examples,
  count: indices.length,
  async batch(from, to) {
    const rows = await Promise.all(indices.slice(from, to).map(index => examples.batch(index, index + 1)));
    const joined = (tensors: readonly Tensor[]): Tensor => joinRows(tensors, rows.length);
    return {
      inputs: new Map(examples.inputNames.map(name => [name, joined(rows.map(({ inputs }) => inputs.get(name)!))])),
      targets: rows[0]!.targets && joined(rows.map(({ targets }) => targets!)),
    };
  },
});

/**
 * The inputs of several, one after the other, without targets. Throws `input` where their rows are of different types or
 * shapes.
 */
export function joinExamples(all: readonly Examples[]): Examples {
  const [first] = all as [Examples];
  const typesOf = ({ inputTypes }: Examples): string =>
    inputTypes.map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`).join(', ');
  const odd = all.find(own => typesOf(own) !== typesOf(first));
  if (odd) {
    throw inputError(
      `basin.json: the rows of its splits are of ${typesOf(first)} and of ${typesOf(odd)}, so that they cannot be taken together.`,
    );
  }
  return {
    ...first,
    count: all.reduce((sum, { count }) => sum + count, 0),
    async batch(from, to) {
      const parts: Batch[] = [];
      let begin = 0;
      for (const { count, batch } of all) {
        const [own, end] = [Math.max(from - begin, 0), Math.min(to - begin, count)];
        if (own < end) parts.push(await batch(own, end));
        begin += count;
      }
      const joined = (name: string): Tensor =>
        joinRows(
          parts.map(({ inputs }) => inputs.get(name)!),
          to - from,
        );
      return { inputs: new Map(first.inputNames.map(name => [name, joined(name)])), targets: null };
    },
  };
}

/** A sample up to this size is kept in memory: its rows are read again for every cell of a grid. */
const MEMORY_BUDGET = 2 ** 30;

/** Bytes read at once where a sample is too large for memory and is digested on opening. */
const DIGEST_CHUNK = 2 ** 26;

/**
 * Opens the arrays of a spec and fixes the rows.
 * Throws `input` where rows are out of range, arrays do not have the same number of them, or a sample of a compressed or
 * text file does not fit in `memoryBudget` bytes (others are then read batch by batch).
 */
export async function openSample(
  spec: SampleSpec,
  baseDirectory: string,
  memoryBudget = MEMORY_BUDGET,
): Promise<Sample> {
  const named = typeof spec.inputs === 'string' ? [['', spec.inputs] as const] : Object.entries(spec.inputs);
  const references = [
    ...named.map(([, reference]) => reference),
    ...(spec.targets === undefined ? [] : [spec.targets]),
  ];
  const arrays: OpenArray[] = [];
  try {
    for (const reference of references) arrays.push(await openArray(reference, baseDirectory));
    return await takeSample(
      spec,
      named.map(([name]) => name),
      arrays,
      memoryBudget,
    );
  } catch (error) {
    await closeAll(arrays);
    throw error;
  }
}

/**
 * Whether a row of one shape may stand for a row of the other: they differ by axes of size 1 only, so that MNIST's
 * 28×28 rows are 1×28×28 images and nothing else is reshaped in silence.
 */
export function matchRowShape(rowShape: readonly number[], graphRowShape: readonly number[]): boolean {
  const row = rowShape.filter(size => size !== 1);
  const graph = graphRowShape.filter(size => size !== 1);
  return row.length === graph.length && row.every((size, axis) => size === graph[axis]);
}

async function takeSample(
  spec: SampleSpec,
  inputNames: readonly string[],
  arrays: readonly OpenArray[],
  memoryBudget: number,
): Promise<Sample> {
  const range = checkRows(spec, arrays);
  const count = Math.min(spec.samples ?? Number.POSITIVE_INFINITY, range[1] - range[0]);
  const drawn = spec.order === 'seeded' && count < range[1] - range[0];
  const rows = chooseRows(range[0], range[1], count, drawn ? (spec.seed ?? 0) : null);
  const readers = await openReaders(arrays, rows, memoryBudget);
  const inputs = arrays.slice(0, inputNames.length);
  const normalizations = inputs.map(input => normalizationOf(spec, input, inputs.length));
  return {
    count,
    rows: drawn ? range : [range[0], range[0] + count],
    inputNames,
    inputTypes: inputs.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) })),
    layout: spec.layout ?? 'NCHW',
    digest: await digestRows(arrays, readers, count),
    async batch(from, to) {
      if (!(0 <= from && from < to && to <= count)) throw new RangeError(`examples [${from}, ${to}) of ${count}`);
      const tensors = await Promise.all(readers.map(read => read(from, to)));
      const delivered = inputNames.map(
        (name, index) => [name, deliver(tensors[index]!, normalizations[index]!)] as const,
      );
      return { inputs: new Map(delivered), targets: tensors[inputNames.length] ?? null };
    },
    close: () => closeAll(arrays),
  };
}

function checkRows(spec: SampleSpec, arrays: readonly OpenArray[]): [number, number] {
  const [first, ...others] = arrays;
  if (first === undefined) throw inputError('data: no inputs; name an array for each input of the model.');
  for (const { file, name, shape } of arrays) {
    if (shape.length === 0 || shape.includes(0)) {
      throw inputError(`${file}: ${name} has shape ${formatShape(shape)}; data needs one row an example, none empty.`);
    }
  }
  const total = first.shape[0]!;
  const odd = others.find(({ shape }) => shape[0] !== total);
  if (odd) {
    const counts = `${first.name} (${first.file}) has ${total} rows and ${odd.name} (${odd.file}) ${odd.shape[0]}`;
    throw inputError(`${first.file}: ${counts}; every array of a split needs one row an example.`);
  }
  const [from, to] = spec.rows ?? [0, total];
  if (!Number.isInteger(from) || !Number.isInteger(to) || !(0 <= from && from < to && to <= total)) {
    throw inputError(`${first.file}: rows [${from}, ${to}) are not among its ${total}; mend "rows" in basin.json.`);
  }
  if (spec.samples !== undefined && !(Number.isInteger(spec.samples) && spec.samples > 0)) {
    throw inputError(`${first.file}: a sample of ${spec.samples} rows is none; give a whole number of 1 or more.`);
  }
  return [from, to];
}

/** Reads examples [from, to) of the sample from one array. */
type RowReader = (from: number, to: number) => Promise<Tensor>;

async function openReaders(
  arrays: readonly OpenArray[],
  rows: readonly number[],
  memoryBudget: number,
): Promise<RowReader[]> {
  // Rows here and there of a compressed array come out of one read of all between the first and the last.
  const span = rows.at(-1)! - rows[0]! + 1;
  const needed = (array: OpenArray) => rowBytes(array, array.sequential ? span : rows.length);
  const total = arrays.reduce((sum, array) => sum + needed(array), 0);
  if (total > memoryBudget) {
    const sequential = arrays.find(array => array.sequential);
    if (sequential) {
      throw inputError(
        `${sequential.file}: ${rows.length} rows take ${total} bytes of memory, more than the ${memoryBudget} allowed, and this file cannot be read in parts; save it with numpy.savez, uncompressed, or use fewer samples.`,
      );
    }
    return arrays.map(array => (from, to) => readRows(array, rows.slice(from, to)));
  }
  const readers: RowReader[] = [];
  for (const array of arrays) {
    const kept = await readRows(array, rows);
    await array.close();
    readers.push(async (from, to) => sliceRows(kept, from, to));
  }
  return readers;
}

async function digestRows(arrays: readonly OpenArray[], readers: readonly RowReader[], count: number): Promise<string> {
  const hash = createHash('sha256');
  for (const [index, read] of readers.entries()) {
    const step = Math.max(1, Math.floor(DIGEST_CHUNK / Math.max(1, rowBytes(arrays[index]!, 1))));
    for (let from = 0; from < count; from += step) {
      const { data } = await read(from, Math.min(count, from + step));
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
  return hash.digest('hex');
}

/**
 * Whether an input is normalised. Next to others, integers other than bytes are tokens, positions or masks, which a
 * scale for the images beside them must not touch.
 */
function normalizationOf(spec: SampleSpec, input: OpenArray, inputs: number): Normalization | null {
  const { layout = 'NCHW', scale, mean, std } = spec;
  if (scale === undefined && mean === undefined && std === undefined) return null;
  const numeric = isFloating(input.dtype) || input.dtype === 'uint8' || (inputs === 1 && input.dtype !== 'bool');
  if (!numeric) return null;
  const normalization = { layout, scale: scale ?? 1, mean: mean ?? [0], std: std ?? [1] };
  checkNormalization(input.file, input.shape, normalization);
  return normalization;
}

async function closeAll(arrays: readonly OpenArray[]): Promise<void> {
  for (const array of arrays) await array.close();
}
