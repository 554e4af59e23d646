import type { Eigenvalue, ProbeMean } from '../../results.ts';
import type { KrylovSubspace } from '../krylov.ts';

/** The leading part of a Hessian's spectrum, as far as it is known. */
export interface KnownSpectrum {
  /** From the largest downwards, at least one, with unit eigenvectors where they are known. */
  readonly largest: readonly (Eigenvalue & { readonly vector?: Float64Array })[];
  readonly trace: ProbeMean | null;
  /** Where the search for them ended, while a trace may still want it. */
  readonly subspace?: KrylovSubspace;
}
