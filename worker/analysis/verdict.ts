/** What a spectrum says of a checkpoint, in words. */
import { formatNumber, formatWithError } from '../text.ts';
import type { Uncertain } from './density.ts';
import type { Eigenpair } from './krylov.ts';

export interface Evidence {
  /** The largest and the smallest eigenvalue, where they were looked for. */
  readonly largest: Eigenpair | undefined;
  readonly smallest: Eigenpair | undefined;
  /** Standard error of the smallest over the sample, where it is known. */
  readonly samplingError: number | null;
  /** What is smaller in size counts as flat. */
  readonly tau: number;
  /** How many lie below −τ, where that was estimated. */
  readonly below: Uncertain | null;
}

/**
 * A saddle, where the smallest eigenvalue's whole interval lies below −τ; no direction that bends downwards, where it
 * lies above; and undecided otherwise.
 */
export function verdictOf({ largest, smallest, samplingError, tau, below }: Evidence): string {
  if (!smallest) return 'Undecided: the smallest eigenvalues were not looked for.';
  const error = Math.hypot(smallest.residual, samplingError ?? 0);
  const bottom = formatWithError(smallest.value, error);
  const top = largest ? ` against ${formatNumber(largest.value)} at the top` : '';
  const threshold = `−τ = ${formatNumber(-tau)}`;
  const count = below ? `; ${formatWithError(below.value, below.uncertainty)} below ${threshold}` : '';
  if (smallest.value + error < -tau) return `A saddle: most negative ${bottom}${top}${count}.`;
  if (smallest.value - error > -tau) {
    return `No direction bends downwards by more than τ = ${formatNumber(tau)}: smallest ${bottom}${top}.`;
  }
  return `Undecided: the smallest, ${bottom}, is not told from ${threshold}${top}${count}.`;
}
