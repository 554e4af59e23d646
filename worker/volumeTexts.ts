/** What the numbers of a volume are called and mean, what would change them, and where they come from: for the page and the command line. */
import type { PreconditionerName, VolumePrior } from './results.ts';

export interface VolumeText {
  readonly label: string;
  /** What the number is, and what would change it. */
  readonly meaning: string;
  readonly source: string;
}

const SCHERLIS = 'Scherlis & Belrose 2025, arXiv 2501.18812';
const ZHANG = 'Zhang et al. 2021, arXiv 2103.06219';
const GUIDE = 'docs/volume.md, “Local volume”';

export const LOCAL_TEXTS = {
  logVolume: {
    label: 'ln volume',
    meaning:
      'Natural logarithm of the share of the prior that lies in the basin: all that is reached from the checkpoint in a straight line before predictions change by more than the cutoff. Another prior gives another number, and so may another cutoff.',
    source: SCHERLIS,
  },
  effective: {
    label: 'Effective directions',
    meaning:
      'How many directions of equal mass would tell as much, (Σw)²/Σw². Below 100 the largest masses are likely to be missing among those that were drawn, and the volume is a lower bound. More directions raise it slowly; a preconditioner that fits the basin raises it more.',
    source: 'Owen 2013, Monte Carlo theory, methods and examples, section 9.3',
  },
  deviation: {
    label: 'Between directions',
    meaning:
      'Standard deviation of ln mass from one direction to the next. The smaller it is, the nearer the lower bound comes to the volume; a preconditioner lowers it.',
    source: GUIDE,
  },
  basin: {
    label: 'Cutoff',
    meaning:
      'Where the basin ends: the mean KL divergence from the checkpoint’s predictions, or the loss above the checkpoint’s. A larger one takes in more, unless the prior ends the directions before; the sensitivity to the cutoff shows which.',
    source: SCHERLIS,
  },
  prior: {
    label: 'Prior',
    meaning:
      'The Gaussian about 0 by whose mass the volume is measured, with the same standard deviation σ for every parameter. All numbers here depend on it: numbers by different priors cannot be compared, and a narrow one mostly tells how large the weights are.',
    source: SCHERLIS,
  },
  preconditioner: {
    label: 'Directions',
    meaning:
      'How many random directions were followed, and by what they are stretched towards where the basin reaches far. Stretching changes how their masses scatter, and not what is estimated.',
    source: SCHERLIS,
  },
  radii: {
    label: 'Radii',
    meaning:
      'How far the basin reaches along the directions, in units of the parameters. Nearly all of a basin’s volume lies where it reaches farthest, since a radius enters with the power of the number of parameters.',
    source: SCHERLIS,
  },
  bracket: {
    label: 'Bracketing error',
    meaning:
      'By how much ln volume may be off because a radius is only bracketed. The search goes on until it is 0.1 at most.',
    source: GUIDE,
  },
  rounding: {
    label: 'Rounding error',
    meaning:
      'By how much ln volume may be off because the network computes in float32, as one standard deviation, measured on the first direction.',
    source: GUIDE,
  },
  passes: {
    label: 'Passes',
    meaning: 'How often the sample went through the network, besides the products that the preconditioner takes.',
    source: GUIDE,
  },
  slope: {
    label: 'Slope',
    meaning:
      'd ln volume/d ln cutoff between the outermost cutoffs. In a quadratic basin inside a wide prior it is half the number of parameters, D/2; near 0 it is the prior that ends the directions.',
    source: GUIDE,
  },
} as const satisfies Readonly<Record<string, VolumeText>>;

export const FUNCTION_TEXTS = {
  logProbability: {
    label: 'ln P(f)',
    meaning:
      'Natural logarithm of the probability that a network of random parameters predicts the same classes on these points, wherever in parameter space it lies. The error is that of the kernel’s draws alone; that networks are nearly Gaussian processes, and that the evidence is approximated, comes on top. More points make it smaller; other groups of classes make it another number.',
    source: ZHANG,
  },
  points: {
    label: 'Points',
    meaning: 'On whose predicted classes the function is held: the first of each split, half of each.',
    source: ZHANG,
  },
  classes: {
    label: 'Classes',
    meaning:
      'How several classes became two. Two groups give one probability, as in the paper; each class against the rest gives one for each, whose logarithms are added as if they were independent, so that what classes have in common counts several times.',
    source: ZHANG,
  },
  networks: {
    label: 'Random networks',
    meaning:
      'How many networks of random parameters the kernel is a mean over, and how they were drawn. More of them lower the error.',
    source: 'Zhang et al. 2021, section 3.3, arXiv 2103.06219',
  },
  evidence: {
    label: 'Evidence',
    meaning: 'How the probability was found from the kernel, and whether the search for it came to rest.',
    source: 'Rasmussen & Williams 2006, section 3.6',
  },
} as const satisfies Readonly<Record<string, VolumeText>>;

/** What directions are stretched by. */
export const STRETCHES: Readonly<Record<PreconditionerName, string>> = {
  none: 'nothing',
  diagonal: 'the diagonal of the curvature',
  eigenvectors: 'leading eigenvectors of the curvature',
};

/** Where a prior's σ comes from. */
export const originOf = ({ from, source }: VolumePrior): string =>
  ({
    initialization: `as the parameters were before training, in ${source?.file ?? 'another checkpoint'}`,
    first: `as the parameters are in the run’s first checkpoint, ${source?.file ?? 'another checkpoint'}`,
    parameters: 'as the parameters are here; no checkpoint from before training lies beside',
    request: 'as asked',
  })[from];
