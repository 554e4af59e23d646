/** What each measure of sharpness is called and means, and where it comes from: for the page and the command line. */
import type { SharpnessMeasure, SharpnessName } from './results.ts';

export interface SharpnessText {
  readonly label: string;
  /** What the number is, in a sentence. */
  readonly meaning: string;
  /** The paper that defines it. */
  readonly source: string;
}

export const SHARPNESS_TEXTS: Readonly<Record<SharpnessName, SharpnessText>> = {
  keskar: {
    label: "Keskar's φ",
    meaning:
      'The largest rise of the loss in a box around the checkpoint, |zᵢ| ≤ ε(|θᵢ| + 1), as a percentage of 1 + loss: the best value that a search has found, so the maximum is at least that.',
    source: 'Keskar et al. 2017, metric 2.1, arXiv 1609.04836',
  },
  'keskar-subspace': {
    label: "Keskar's φ, subspace",
    meaning: 'The same within a random subspace of 100 dimensions.',
    source: 'Keskar et al. 2017, metric 2.1, arXiv 1609.04836',
  },
  sam: {
    label: "SAM's step",
    meaning: "The rise of the loss after one step of length ρ along its gradient, which is what SAM's training lowers.",
    source: 'Foret et al. 2021, equation 2, arXiv 2010.01412',
  },
  adaptive: {
    label: 'Adaptive worst case',
    meaning:
      'The largest rise of the loss that a search has found in a box which scales with each parameter, |δᵢ| ≤ ρ|θᵢ|; every m examples have a perturbation of their own.',
    source: 'Andriushchenko et al. 2023, equation 2, arXiv 2302.07011',
  },
  average: {
    label: 'Average case',
    meaning:
      'The mean rise of the loss under Gaussian noise that scales with each parameter, of standard deviation ρ|θᵢ|.',
    source: 'Andriushchenko et al. 2023, equation 3, arXiv 2302.07011',
  },
  'lambda-max': {
    label: 'λmax',
    meaning: 'The largest eigenvalue of the Hessian: the curvature along the steepest direction.',
    source: 'Dinh et al. 2017, section 2, arXiv 1703.04933',
  },
  trace: {
    label: 'Trace',
    meaning: 'The sum of all eigenvalues of the Hessian: the curvature over all directions together.',
    source: 'Dinh et al. 2017, section 2, arXiv 1703.04933',
  },
  'relative-flatness': {
    label: 'Relative flatness',
    meaning:
      "The traces of the last layer's Hessian blocks, weighted by the products of its neurons' weights, so that rescaling a layer leaves it as it is; despite its name, a larger value is sharper.",
    source: 'Petzka et al. 2021, definition 3, arXiv 2001.00939',
  },
  'fisher-rao': {
    label: 'Fisher–Rao norm',
    meaning:
      'The length of the parameters measured by how much they change the losses of the examples, √⟨θ, I(θ)θ⟩ with the Fisher information I of the sample.',
    source: 'Liang et al. 2019, definition 2, arXiv 1711.01530',
  },
};

/** A measure's name with the sizes that tell it from its kin: `Keskar's φ (ε = 0.001)`. */
export function sharpnessLabel({
  name,
  epsilon,
  rho,
  m,
}: Pick<SharpnessMeasure, 'name' | 'epsilon' | 'rho' | 'm'>): string {
  const sizes = Object.entries({ ε: epsilon, ρ: rho, m }).filter(([, size]) => size !== undefined);
  const { label } = SHARPNESS_TEXTS[name];
  return sizes.length === 0 ? label : `${label} (${sizes.map(([letter, size]) => `${letter} = ${size}`).join(', ')})`;
}
