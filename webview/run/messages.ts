/** What a run's panel and the extension say to each other. The page computes no number it shows, display transforms apart. */
import type { Progress, RunMeasureName, RunResult, RunUpdate } from '../../worker/results.ts';
import type { ViewState } from '../messages.ts';

/**
 * How the measuring goes, once somebody has asked for it. `waiting`: for something else that computes, or for the next
 * checkpoint; `running`; `paused`: by the user; `spent`: the budget is; `failed`: with the message.
 */
export interface RunMeasuring {
  readonly phase: 'waiting' | 'running' | 'paused' | 'spent' | 'failed';
  /** One sentence with the remedy, in the phase `failed`. */
  readonly message?: string;
  /**
   * What mends what failed and a button cannot: `setUp`, where there is no basin.json, or it lacks something; `reopen`,
   * where the extension is no more.
   */
  readonly remedy?: 'setUp' | 'reopen';
  /** Counted in checkpoints; absent until the first update has come. */
  readonly progress?: Progress;
  readonly current?: RunUpdate['current'];
  /** Which measures; absent: those that cost least. */
  readonly measures?: readonly RunMeasureName[];
}

/** A run that is drawn. */
export interface ShownRun {
  /** The folder as VS Code shows it. */
  readonly label: string;
  /** `null` until the folder was looked at. */
  readonly result: RunResult | null;
  /** Why it could not be looked at, in one sentence. */
  readonly problem?: string;
}

/** Everything the panel shows; sent whole on every change, so that a reloaded page needs one message. */
export interface RunPanelState {
  /** The panel's own run first, then those it is compared with. */
  readonly runs: readonly [ShownRun, ...ShownRun[]];
  /** The labels of all other runs of the workspace, in order. */
  readonly others: readonly string[];
  /** Absent until somebody asked for measures in this window. */
  readonly measuring?: RunMeasuring;
  /** About how long it takes to measure what is left; absent where nothing was measured yet, or nothing is left. */
  readonly remainingSeconds?: number;
}

/** `csv` and `json` are written by the extension, `png` and `svg` are drawn by the page. */
export type RunExportKind = 'png' | 'svg' | 'csv' | 'json';

/** `alive` comes every few seconds as long as there is an extension. */
export type ToRunPage =
  | { readonly type: 'state'; readonly state: RunPanelState }
  | { readonly type: 'draw'; readonly kind: 'png' | 'svg' }
  | { readonly type: 'alive' };

/** What the page asks of the extension, besides the state and pictures. */
export type RunPageRequest =
  /** With which other runs, by their labels, the panel's own is compared. */
  | { readonly type: 'compare'; readonly labels: readonly string[] }
  | { readonly type: 'measure'; readonly budgetSeconds?: number; readonly measures?: readonly RunMeasureName[] }
  | { readonly type: 'pause' }
  | { readonly type: 'setUp' }
  /** The landscape of a checkpoint of the panel's own run, by its file's name. */
  | { readonly type: 'showLandscape'; readonly file: string }
  /** The landscape of the run's last checkpoint in the plane of the run's principal components. */
  | { readonly type: 'showTrajectory' }
  | { readonly type: 'export'; readonly kind: RunExportKind }
  | { readonly type: 'copyCommand' }
  | { readonly type: 'showLog' };

export type FromRunPage =
  | { readonly type: 'ready' }
  | { readonly type: 'drawn'; readonly kind: 'png' | 'svg'; readonly content: string | Uint8Array | null }
  | RunPageRequest;

/** What VS Code keeps for the page: its display, and by what the extension finds its runs again. */
export interface SavedRunPage {
  readonly view?: ViewState;
  /** Label of the panel's own run; absent before the extension's first message. */
  readonly run?: string;
}
