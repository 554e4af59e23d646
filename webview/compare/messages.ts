/** What the panel of a comparison and the extension say to each other. The page computes no number it shows, display transforms apart. */
import type {
  CompareResult,
  CompareUpdate,
  InterpolateResult,
  Progress,
  Split,
  SurfaceResult,
} from '../../worker/results.ts';
import type { ViewState } from '../messages.ts';

/** As few and as many checkpoints as are compared at once. */
export const COMPARED_MIN = 2;
export const COMPARED_MAX = 12;

/** With what the landscapes of a comparison are computed, alike for all of them. */
export interface CompareOptions {
  readonly split: Split;
  /** Of the draw that all directions are made of. */
  readonly seed: number;
  /** Cells along either axis. */
  readonly grid: number;
  /** The grid spans [-range, range] along both directions. */
  readonly range: number;
  /**
   * To whose filters the draw is scaled: each checkpoint's own, or those of the one at this place, so that all are shown along
   * identical tensors.
   */
  readonly scaledTo: 'own' | number;
}

/**
 * `idle`: nobody has asked; `waiting`: for another part; `cancelled`: by the user; `failed`: it or its input; `stopped`: the
 * engine died in mid-job.
 */
export type PartPhase = 'idle' | 'waiting' | 'computing' | 'done' | 'cancelled' | 'failed' | 'stopped';

/** One of the computations that a comparison is made of. */
export interface Part<Result> {
  readonly phase: PartPhase;
  /** One sentence with the remedy, in the phases `failed` and `stopped`; in others what should be known of what is shown. */
  readonly message?: string;
  /** The last partial or the final result; kept in every phase once there is one. */
  readonly result?: Result;
  /** In the phase `computing`, once something is known. */
  readonly progress?: Progress;
}

export interface MeasuresPart extends Part<CompareResult> {
  /** What is being measured. */
  readonly current?: CompareUpdate['current'];
}

/** The straight line between two of the checkpoints, by their places. */
export interface InterpolationPart extends Part<InterpolateResult> {
  readonly from: number;
  readonly to: number;
}

/** Everything the panel shows; sent whole on every change, so that a reloaded page needs one message. */
export interface ComparePanelState {
  /** Each checkpoint as VS Code shows it: its path in the workspace. */
  readonly checkpoints: readonly string[];
  /** What is being computed, was computed last, or will be. */
  readonly options: CompareOptions;
  /** The splits that basin.json has; absent where that is not known. */
  readonly splits?: readonly Split[];
  /** The landscape of each checkpoint. */
  readonly surfaces: readonly Part<SurfaceResult>[];
  readonly measures: MeasuresPart;
  /** Null until somebody asks for one. */
  readonly interpolation: InterpolationPart | null;
  /**
   * Name of the result file that is shown as it is: of a comparison's measures, or of the straight line between two
   * checkpoints. There is nothing else.
   */
  readonly document?: string;
  /** The page itself says so, once its extension is no more. */
  readonly isAlone?: true;
}

/** What can be saved besides the comparison itself: the straight line between two checkpoints. */
export type CompareExportOf = 'interpolation';

/** `csv` and `json` are written by the extension, `png` and `svg` are drawn by the page. */
export type CompareExportKind = 'png' | 'svg' | 'csv' | 'json';

export type ToComparePage =
  | { readonly type: 'state'; readonly state: ComparePanelState }
  | { readonly type: 'draw'; readonly kind: 'png' | 'svg'; readonly of?: CompareExportOf }
  | { readonly type: 'alive' };

/** What the page asks of the extension, besides the state and pictures. */
export type ComparePageRequest =
  /** Computes what is missing, with these options. */
  | { readonly type: 'compute'; readonly options: CompareOptions }
  /** Measures the local volumes too. */
  | { readonly type: 'measureVolumes' }
  | { readonly type: 'interpolate'; readonly from: number; readonly to: number }
  | { readonly type: 'cancel' }
  /** The landscape of one of the checkpoints in a panel of its own. */
  | { readonly type: 'showLandscape'; readonly index: number }
  /** `baseline`: the place of the pinned checkpoint. */
  | {
      readonly type: 'export';
      readonly kind: CompareExportKind;
      readonly baseline: number;
      readonly of?: CompareExportOf;
    }
  | { readonly type: 'copyCommand'; readonly baseline: number }
  | { readonly type: 'showLog' };

export type FromComparePage =
  | { readonly type: 'ready' }
  | { readonly type: 'drawn'; readonly kind: 'png' | 'svg'; readonly content: string | Uint8Array | null }
  | ComparePageRequest;

/** What VS Code keeps for the page: its display, and by what the extension finds its checkpoints again. */
export interface SavedComparePage {
  readonly view?: ViewState;
  /** Labels of the checkpoints; absent before the extension's first message. */
  readonly checkpoints?: readonly string[];
}
