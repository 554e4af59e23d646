/** The pictures as tables: their numbers as text, thinned where there are too many to read. Pure. */
import { isComputed } from './cells.ts';
import { formatCoordinate, formatCount } from './format.ts';
import type { ProfileView } from './profile.ts';
import { formatMetric, type SurfaceView } from './viewModel.ts';

export interface TextTable {
  readonly title: string;
  /** What the rows' headings are. */
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly heading: string; readonly cells: readonly string[] }[];
}

/** A table of texts; the first cell of a row is its heading. */
export const textTable = (
  title: string,
  [corner = '', ...columns]: readonly string[],
  rows: readonly (readonly string[])[],
): TextTable => ({
  title,
  corner,
  columns,
  rows: rows.map(([heading = '', ...cells]) => ({ heading, cells })),
});

/** More rows or columns than this are neither read nor laid out in reasonable time. */
const MOST = 101;

/** Columns by x, rows from the highest y down, as in the picture. */
export function cellTable(view: SurfaceView): TextTable {
  const columns = thinned(view.x.length);
  const rows = thinned(view.y.length).reverse();
  const isThinned = columns.length < view.x.length || rows.length < view.y.length;
  return {
    title:
      `${capitalized(view.quantity)} by y (rows) and x (columns)` +
      (isThinned
        ? `; ${formatCount(rows.length)} of ${formatCount(view.y.length)} rows and ${formatCount(columns.length)} of ` +
          `${formatCount(view.x.length)} columns, the others are in the exported CSV file`
        : ''),
    corner: 'y \\ x',
    columns: columns.map(column => formatCoordinate(view.x[column]!)),
    rows: rows.map(row => ({
      heading: formatCoordinate(view.y[row]!),
      cells: columns.map(column => {
        const value = view.cells[row]?.[column];
        if (!isComputed(value)) return 'not computed';
        return formatMetric(view.metric, value);
      }),
    })),
  };
}

/** Rows by distance; the mean and its deviation, then each plane. */
export function profileTable({ metric, distance, planes, mean, deviation }: ProfileView): TextTable {
  const text = (value: number | null | undefined): string =>
    value == null ? 'not known' : formatMetric(metric, value);
  return {
    title: `${capitalized(metric)} on rings around the checkpoint, by distance (rows)`,
    corner: 'distance',
    columns: ['mean', 'std. deviation', ...planes.map((_, i) => `plane ${i + 1}`)],
    rows: distance.map((at, i) => ({
      heading: formatCoordinate(at),
      cells: [text(mean[i]), text(deviation[i]), ...planes.map(plane => text(plane[i]))],
    })),
  };
}

/** Every k-th index. */
function thinned(count: number): number[] {
  const stride = Math.ceil(count / MOST);
  return Array.from({ length: Math.ceil(count / stride) }, (_, i) => i * stride);
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
