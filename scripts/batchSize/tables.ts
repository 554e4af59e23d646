/** The tables of docs/batch-size.md. */
import { formatWithError } from '../../worker/text.ts';
import type { Terminal } from './basin.ts';
import { GROUPS, type Moment, SEEDS } from './experiment.ts';
import { endsOf, lineBetween } from './lines.ts';
import type { Quantity } from './quantities.ts';
import { halfInterval, overSeeds, pairedDifference, type SeedMean } from './statistics.ts';

/** Which groups are held against each other: the first less the second. */
const DIFFERENCES = [
  ['large', 'small'],
  ['large-decay', 'small-decay'],
  ['small-decay', 'small'],
  ['large-decay', 'large'],
] as const;

/** Means over the seeds with their standard errors, and how uncertain a single checkpoint's number is. */
export function groupTable(quantities: readonly Quantity[]): string[] {
  const head = ['', ...GROUPS.map(({ name }) => name), 'one checkpoint'];
  const rows = quantities.map(({ title, values, ownError }) => [
    title,
    ...values.map(group => withStandardError(overSeeds(group))),
    ownError === undefined ? '' : `± ${Number(ownError.toPrecision(2))}`,
  ]);
  return markdownTable(head, rows);
}

/** Mean differences of trainings from the same start, with 95 % confidence intervals; bold where that leaves 0 out. */
export function differenceTable(quantities: readonly Quantity[]): string[] {
  const place = (name: string): number => GROUPS.findIndex(group => group.name === name);
  const rows = quantities.map(({ title, values }) => [
    title,
    ...DIFFERENCES.map(([one, other]) => {
      const difference = pairedDifference(values[place(one)]!, values[place(other)]!);
      const half = halfInterval(difference, SEEDS.length);
      const text = formatWithError(difference.mean, half);
      return Math.abs(difference.mean) > half ? `**${text}**` : text;
    }),
  ]);
  return markdownTable(['', ...DIFFERENCES.map(([one, other]) => `${one} − ${other}`)], rows);
}

/** Places on the line from the small minibatches' network (0) to the large ones' (1). */
const PLACES = [-0.5, 0, 0.5, 1, 1.5] as const;

/** The training loss between and beyond the two networks of a seed: the middle of the seeds, and the least and largest. */
export async function lineTable(terminal: Terminal, moment: Moment): Promise<string[]> {
  const rows: string[][] = [];
  for (const decay of ['', '-decay'] as const) {
    const lines: { losses: number[]; barrier: number }[] = [];
    for (const seed of SEEDS) {
      const { t, curves } = await lineBetween(terminal, endsOf(moment, decay, seed));
      const { loss, barrier } = curves.find(({ split }) => split === 'train')!;
      const losses = PLACES.map(wanted => Number(loss[t.findIndex(own => Math.abs(own - wanted) < 1e-9)]));
      lines.push({ losses, barrier: Number(barrier!.value) });
    }
    rows.push([
      `small${decay} → large${decay}`,
      ...PLACES.map((_, place) => spread(lines.map(({ losses }) => losses[place]!))),
      spread(lines.map(({ barrier }) => barrier)),
    ]);
  }
  return markdownTable(['', ...PLACES.map(at => `t = ${at}`), 'barrier'], rows);
}

/** `0.0022 (0.0011 … 0.092)`: the middle of an odd count of values, the least and the largest. */
export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, middle, largest] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!].map(value =>
    String(Number(value.toPrecision(2))),
  );
  return `${middle} (${least} … ${largest})`;
}

const withStandardError = ({ mean, standardError }: SeedMean): string => formatWithError(mean, standardError);

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}
