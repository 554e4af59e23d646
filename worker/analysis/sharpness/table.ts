import type { SharpnessName } from '../../results.ts';
import { adaptiveSharpness } from './adaptive.ts';
import { averageSharpness } from './average.ts';
import { largestEigenvalue, trace } from './curvature.ts';
import { fisherRao } from './fisherRao.ts';
import { keskar, keskarSubspace } from './keskar.ts';
import type { ComputeSharpness } from './measure.ts';
import { relativeFlatness } from './relativeFlatness.ts';
import { samAscent } from './sam.ts';

/** A measure of sharpness under its name. */
export interface SharpnessEntry {
  readonly name: SharpnessName;
  readonly compute: ComputeSharpness;
}

/** Every measure of sharpness, in an order in which what is computed once serves those that follow. */
export const SHARPNESS: readonly SharpnessEntry[] = [
  { name: 'sam', compute: samAscent },
  { name: 'fisher-rao', compute: fisherRao },
  { name: 'relative-flatness', compute: relativeFlatness },
  { name: 'average', compute: averageSharpness },
  { name: 'lambda-max', compute: largestEigenvalue },
  { name: 'trace', compute: trace },
  { name: 'keskar', compute: keskar },
  { name: 'keskar-subspace', compute: keskarSubspace },
  { name: 'adaptive', compute: adaptiveSharpness },
];
