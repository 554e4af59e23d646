/** Which two checkpoints a straight line can join. Pure. */
import type { CompareResult } from '../../../worker/results.ts';

/** Two checkpoints by their places. */
export interface Pair {
  readonly from: number;
  readonly to: number;
}

/** By checkpoint, those of its architecture; as long as no architecture is known, all may be of one. */
export function partnersOf(
  architectures: CompareResult['architectures'] | undefined,
  count: number,
): readonly (readonly number[])[] {
  const all = Array.from({ length: count }, (_, index) => index);
  const groups = architectures === undefined || architectures.length === 0 ? [all] : architectures;
  return all.map(index => (groups.find(group => group.includes(index)) ?? []).filter(other => other !== index));
}

/** The chosen pair where it can be joined, else the nearest that can; null where none can. */
export function pairOf(
  chosen: Partial<Pair>,
  architectures: CompareResult['architectures'] | undefined,
  count: number,
): Pair | null {
  const partners = partnersOf(architectures, count);
  const can = (index: number | undefined): index is number => index !== undefined && (partners[index]?.length ?? 0) > 0;
  const from = can(chosen.from) ? chosen.from : partners.findIndex(own => own.length > 0);
  const own = partners[from];
  if (own === undefined) return null;
  return { from, to: chosen.to !== undefined && own.includes(chosen.to) ? chosen.to : own[0]! };
}
