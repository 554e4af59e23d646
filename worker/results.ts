/** The documents Basin produces: what `--json` prints, what a result file holds and what a panel draws, in one shape. */

import type { CompareResult, InterpolateResult } from './results/compare.ts';
import type { DevicesResult, PruneResult } from './results/devices.ts';
import type { InspectResult, LossResult } from './results/inspect.ts';
import type { RunResult } from './results/run.ts';
import type { SharpnessResult } from './results/sharpness.ts';
import type { ConvexityResult, SpectrumResult } from './results/spectrum.ts';
import type { SurfaceResult } from './results/surface.ts';
import type { VolumeResult } from './results/volume.ts';

export * from './results/compare.ts';
export * from './results/devices.ts';
export * from './results/inspect.ts';
export * from './results/provenance.ts';
export * from './results/run.ts';
export * from './results/sharpness.ts';
export * from './results/spectrum.ts';
export * from './results/surface.ts';
export * from './results/volume.ts';

export type Result =
  | InspectResult
  | LossResult
  | SpectrumResult
  | SharpnessResult
  | ConvexityResult
  | SurfaceResult
  | InterpolateResult
  | CompareResult
  | VolumeResult
  | RunResult
  | DevicesResult
  | PruneResult;
