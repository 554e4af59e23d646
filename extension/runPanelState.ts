/** What a run's panel shows, from what is known of the workspace's runs. It knows nothing of VS Code. */
import type { RunPanelState, ShownRun } from '../webview/run/messages.ts';
import type { RunCheckpoint, RunResult } from '../worker/results.ts';
import type { RunSource, RunState } from './runs/runSource.ts';

/** Which runs a panel shows. */
export interface ShownRuns {
  /** The path of the panel's own run. */
  readonly folder: string;
  /** What that is called while nothing is known of it. */
  readonly label: string;
  /** Labels of the runs it is compared with. */
  readonly compared: readonly string[];
}

/** @param isSearched Whether the workspace was searched for runs, so that a folder that is none now is none. */
export function runPanelState(
  { folder, label, compared }: ShownRuns,
  source: RunSource,
  isSearched: boolean,
): RunPanelState {
  const own = source.run(folder);
  const others = source.runs.filter(run => run.folder !== own?.folder);
  const absent: ShownRun = {
    label,
    result: null,
    ...(isSearched && {
      problem: `${label}: holds no checkpoints that are known to be a run; they may have been moved.`,
    }),
  };
  const remainingSeconds = own?.result === undefined ? null : secondsFor(own.result);
  return {
    runs: [own === undefined ? absent : shown(own), ...others.filter(run => compared.includes(run.label)).map(shown)],
    others: others.map(run => run.label),
    ...(own?.measuring !== undefined && { measuring: own.measuring }),
    ...(remainingSeconds !== null && { remainingSeconds }),
  };
}

const shown = ({ label, result, problem }: RunState): ShownRun => ({
  label,
  result: result === undefined ? null : withOneProvenance(result),
  ...(problem !== undefined && { problem }),
});

/** The page says once how all was computed: provenance is most of what is known of a checkpoint, and it is sent often. */
function withOneProvenance(result: RunResult): RunResult {
  const last = result.checkpoints.findLastIndex(({ provenance }) => provenance !== undefined);
  const checkpoints = result.checkpoints.map((checkpoint, index): RunCheckpoint => {
    if (index === last) return checkpoint;
    const { provenance: _, ...others } = checkpoint;
    return others;
  });
  return { ...result, checkpoints };
}

/**
 * About how long it takes to measure what can be measured and is not: for each as long as those that are measured took on
 * average; null where none was measured, or none is left.
 */
function secondsFor({ checkpoints }: RunResult): number | null {
  const left = checkpoints.filter(({ present, state }) => present && isOpen.has(state)).length;
  const seconds = checkpoints.flatMap(({ state, provenance }) =>
    state === 'measured' && provenance !== undefined ? [provenance.seconds] : [],
  );
  if (left === 0 || seconds.length === 0) return null;
  return (left * seconds.reduce((sum, own) => sum + own, 0)) / seconds.length;
}

const isOpen: ReadonlySet<RunResult['checkpoints'][number]['state']> = new Set(['unmeasured', 'partial', 'stale']);
