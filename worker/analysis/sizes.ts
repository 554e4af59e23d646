/** How many vectors as long as θ the analyses of its curvature hold, so that their memory can be told beforehand. */

/** Columns that suit so many pairs where memory does not bind: enough that restarts are rare. */
export const basisSize = (pairs: number, size: number): number => Math.min(size, 4 * pairs + 40);

/** The fewest columns with which a restart still gains something. */
export const leastBasisSize = (pairs: number, size: number): number => Math.min(size, pairs + 8);

/** Vectors that are multiplied together where nothing depends on their order: what they share is computed once. */
export const VECTORS_AT_ONCE = 4;
