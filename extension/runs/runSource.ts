import type { RunMeasuring } from '../../webview/run/messages.ts';
import type { RunCheckpoint, RunMeasureName, RunResult } from '../../worker/results.ts';

/** How the measuring of a run goes, where someone asked for it. */
export type Measuring = RunMeasuring;

/** A run of the workspace and all that is known of it. */
export interface RunState {
  /** The path of the run's folder, by which it is told from others. */
  readonly folder: string;
  /** The folder as VS Code shows it: relative to the workspace. */
  readonly label: string;
  /** The last listing; absent until there was one. */
  readonly result?: RunResult;
  /** Why the run could not be listed the last time, in one sentence. */
  readonly problem?: string;
  /** Absent until someone asked for the run's measures in this window. */
  readonly measuring?: Measuring;
}

/** The runs of the workspace, watched. */
export interface RunSource {
  /** In the order of their labels. */
  readonly runs: readonly RunState[];
  /** What is known of a run; `undefined` for a folder that is none. */
  run(folder: string): RunState | undefined;
  /** Called after every change of {@link runs}. */
  onDidChange(listener: () => void): { dispose(): void };
  /**
   * Measures the run's checkpoints in the background, those that land later too; goes on where it was paused.
   *
   * @param budgetSeconds No checkpoint is begun after so many seconds; absent: the budget that the user has set.
   * @param measures Absent: those that cost least.
   */
  measure(folder: string, budgetSeconds?: number, measures?: readonly RunMeasureName[]): void;
  /** Stops measuring the run until {@link measure}; what was finished is kept. */
  pause(folder: string): void;
}

/** A checkpoint and the run it belongs to. */
export interface CheckpointOfRun {
  readonly run: RunState;
  readonly checkpoint: RunCheckpoint;
}
