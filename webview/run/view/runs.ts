/** The runs of a panel among all runs, and the checkpoint that is chosen. Pure. */
import type { RunCheckpoint } from '../../../worker/results.ts';
import type { RunPanelState } from '../messages.ts';
import type { RunCharts, StyledRun } from './series.ts';

/** Those that are listed, each with a style that does not depend on which others are shown. */
export const styledRuns = ({ runs, others }: RunPanelState): StyledRun[] =>
  runs.flatMap(({ label, result }) =>
    result === null ? [] : [{ label, result, style: styleOf(label, runs[0].label, others) }],
  );

/** The panel's own run has the first style, the others theirs by their place. */
export const styleOf = (label: string, own: string, others: readonly string[]): number =>
  label === own ? 0 : 1 + Math.max(0, others.indexOf(label));

/** What runs are called where there is little room: the folder's own name where that tells them apart; nothing for a single one. */
export function shortNames(runs: readonly StyledRun[]): ReadonlyMap<string, string> {
  if (runs.length < 2) return new Map();
  const short = runs.map(({ label }) => label.split(/[\\/]/).at(-1) ?? label);
  const areDistinct = new Set(short).size === short.length;
  return new Map(runs.map(({ label }, i) => [label, areDistinct ? short[i]! : label]));
}

/** By which a checkpoint is known again: several may have had a file's name, of which one is still there. */
export const keyOf = ({ file, present, written }: RunCheckpoint): string => (present ? file : `${file} ${written}`);

/**
 * Which of the placed checkpoints of the panel's own run is chosen, by its key; without a choice, the last that was
 * measured, else the last. −1 where there is none.
 */
export function chosenIndex({ runs }: RunCharts, chosen: string | null): number {
  const placed = runs[0]?.placed ?? [];
  const own = placed.findIndex(({ checkpoint }) => keyOf(checkpoint) === chosen);
  if (own >= 0) return own;
  const measured = placed.findLastIndex(({ checkpoint }) => checkpoint.measures.length > 0);
  return measured >= 0 ? measured : placed.length - 1;
}
