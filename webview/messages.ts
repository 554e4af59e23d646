/** What a landscape panel and the extension say to each other. The panel computes no number it shows. */
import type { Progress, SurfaceResult } from '../worker/results.ts';

/**
 * Where the panel's computation stands.
 * starting: the engine or the model is being loaded; computing: cells arrive; done; cancelled: by the user, partial
 * picture kept; failed: the computation or its input; stopped: the engine died in mid-job.
 */
export type Phase = 'starting' | 'computing' | 'done' | 'cancelled' | 'failed' | 'stopped';

/** Everything the panel shows; sent whole on every change, so that a reloaded page needs one message. */
export interface PanelState {
  /** Path of the checkpoint, relative to its workspace folder. */
  readonly checkpoint: string;
  readonly phase: Phase;
  /** One sentence with the remedy, in the phases `failed` and `stopped`; in `cancelled` after a reload. */
  readonly message?: string;
  /** What would mend it, in the phase `failed`: there is no basin.json, or it lacks something. */
  readonly remedy?: 'setUp';
  /** The last partial or the final surface; kept in every phase once there is one. */
  readonly surface?: SurfaceResult;
  readonly progress?: Progress;
}

export type ToPanel = { readonly type: 'state'; readonly state: PanelState };

/** `ready` asks for the state; `retry` starts the same computation again; `refine` the one that the surface offers. */
export type FromPanel =
  | { readonly type: 'ready' }
  | { readonly type: 'cancel' }
  | { readonly type: 'retry' }
  | { readonly type: 'refine' }
  | { readonly type: 'setUp' }
  | { readonly type: 'showLog' };
