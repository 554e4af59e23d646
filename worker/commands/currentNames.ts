import type { Provenance } from '../results.ts';
import type { Problem } from './problem.ts';

/** A kept result under the names that its files have now. */
export function withCurrentNames<T extends { readonly checkpoint: string; readonly provenance: Provenance }>(
  result: T,
  problem: Problem,
): T {
  const { model, checkpoint, data } = problem.provenance();
  const provenance = { ...result.provenance, model, checkpoint, ...(data && { data }) };
  return { ...result, checkpoint: problem.checkpoint, provenance };
}
