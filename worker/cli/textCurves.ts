/** Curves as a small picture of characters. */

/** Lines of the picture. */
const ROWS = 12;

/** Characters from one point to the next. */
const STEP = 2;

/** As many points as a terminal has room for. */
const POINTS_MAX = 41;

export interface TextCurve {
  /** A single character. */
  readonly mark: string;
  /** `null` where there is no point. */
  readonly values: readonly (number | null)[];
}

/** What stands below a point, such as a checkpoint's letter. */
export type Foot = (position: number) => string | null;

/**
 * Draws curves over the same positions; where two meet, the first is shown.
 * @param scale in which heights are told apart.
 * @param label writes a value beside the axis.
 */
export function textCurves(
  positions: readonly number[],
  curves: readonly TextCurve[],
  scale: 'linear' | 'log',
  label: (value: number) => string,
  footOf: Foot,
): string[] {
  const known = curves.flatMap(({ values }) => values.filter(value => value !== null));
  if (known.length === 0) return [];
  const [toHeight, toValue] =
    scale === 'log' ? [Math.log, Math.exp] : [(value: number) => value, (value: number) => value];
  const [low, high] = [toHeight(Math.min(...known)), toHeight(Math.max(...known))];
  const span = high - low || 1;
  const columns = thinned(positions, footOf);
  const rowOf = (value: number): number => Math.round(((high - toHeight(value)) / span) * (ROWS - 1));
  const rows = Array.from({ length: ROWS }, () => Array<string>(columns.length * STEP).fill(' '));
  for (const { mark, values } of curves.toReversed()) {
    for (const [column, place] of columns.entries()) {
      const value = values[place];
      if (value != null) rows[rowOf(value)]![column * STEP] = mark;
    }
  }
  const labels = rows.map((_, row) =>
    row % 4 === 3 || row === 0 ? label(toValue(high - (row / (ROWS - 1)) * span)) : '',
  );
  const width = Math.max(...labels.map(({ length }) => length));
  const foot = columns.map(place => (footOf(positions[place]!) ?? '').padEnd(STEP)).join('');
  return [
    ...rows.map((row, at) => `${labels[at]!.padStart(width)} │${row.join('')}`.trimEnd()),
    `${' '.repeat(width)} └${'─'.repeat(columns.length * STEP)}`,
    `${' '.repeat(width)}  ${foot}`.trimEnd(),
  ];
}

/** Places of the points that there is room for; those with something below them stay. */
function thinned(positions: readonly number[], footOf: Foot): number[] {
  const stride = Math.ceil(positions.length / POINTS_MAX);
  return [...positions.keys()].filter(place => place % stride === 0 || footOf(positions[place]!) !== null);
}
