/** How contour maps stand beside each other. Pure. */

/** As narrow as a map is drawn where there is room for more, in CSS pixels. */
const LEAST = 190;

/** Columns that hold so many maps in as few rows as the width allows, and the rows alike. */
export function columnsFor(count: number, width: number): number {
  const fitting = Math.max(1, Math.floor(width / LEAST));
  const rows = Math.ceil(count / fitting);
  return Math.ceil(count / rows);
}
