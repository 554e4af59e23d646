/** Volumes as text for a terminal. */
import type { FunctionVolume, LocalVolume, LogVolume, VolumePrior, VolumeResult } from '../results.ts';
import { formatNumber } from '../text.ts';
import { originOf, STRETCHES } from '../volumeTexts.ts';
import { formatProvenance, pairs, table } from './lines.ts';

export function formatVolume({ local, function: ofFunction, problems, provenance }: VolumeResult): string[] {
  return [
    ...(local === null ? [] : formatLocal(local, provenance.parameters.count)),
    ...(local === null || ofFunction === null ? [] : ['']),
    ...(ofFunction === null ? [] : formatFunction(ofFunction)),
    ...problems,
    ...formatProvenance(provenance),
  ];
}

function formatLocal(volume: LocalVolume, parameters: number): string[] {
  const { logVolume, radii, directions, evaluations, bracketError, roundingError, sensitivity } = volume;
  const sorted = radii
    .map(Number)
    .filter(Number.isFinite)
    .sort((one, other) => one - other);
  const quantile = (share: number): string => formatNumber(sorted[Math.floor(share * (sorted.length - 1))]!);
  const followed = radii.length;
  const rounding = roundingError === null ? '' : `, ${roundingError.toPrecision(2)} by rounding`;
  return [
    ...pairs([
      ['ln volume', inWords(logVolume)],
      ['verdict', verdictOf(logVolume, followed)],
      ['basin', basinOf(volume)],
      ['prior', priorOf(volume.prior)],
      [
        'directions',
        `${followed}${followed < directions ? ` of ${directions}` : ''}, stretched by ${STRETCHES[volume.preconditioner]}`,
      ],
      ['between directions', `deviation ${formatNumber(Number(logVolume.deviation))} nats`],
      ['radii', sorted.length === 0 ? null : `${quantile(0.05)}, ${quantile(0.5)}, ${quantile(0.95)} (5, 50 and 95 %)`],
      ['without an end', sorted.length === followed ? null : `${followed - sorted.length} leave the prior first`],
      ['errors of radii', `${formatNumber(bracketError)} nats by bracketing${rounding}`],
      ['evaluations', `${evaluations}, ${(evaluations / followed).toFixed(1)} a direction`],
    ]),
    ...(sensitivity === undefined ? [] : formatSensitivity(sensitivity, parameters)),
  ];
}

/** `−2381 (95 %: −2388 … −2379)`; of a lower bound `≥ −2388`. */
function inWords({ value, lower, upper }: LogVolume): string {
  const [own, from] = [formatNumber(Number(value)), formatNumber(Number(lower))];
  return upper === null
    ? `at least about ${from}; ${own} from these directions`
    : `${own} (95 %: ${from} … ${formatNumber(Number(upper))})`;
}

function verdictOf({ verdict, effectiveSamples }: LogVolume, directions: number): string {
  const effective = `${Number(effectiveSamples).toPrecision(3)} effective directions of ${directions}`;
  return verdict === 'estimate'
    ? `an estimate, from ${effective}`
    : `lower bound only: ${effective}, which cannot tell what is missing`;
}

const basinOf = ({ basin, cutoff }: LocalVolume): string =>
  basin === 'kl'
    ? `mean KL from the checkpoint’s predictions up to ${formatNumber(cutoff)} nats`
    : `loss up to ${formatNumber(cutoff)} above the checkpoint’s`;

const priorOf = (prior: VolumePrior): string => `normal about 0, σ = ${formatNumber(prior.sigma)}, ${originOf(prior)}`;

function formatSensitivity(
  { cutoffs, logVolumes, slope }: NonNullable<LocalVolume['sensitivity']>,
  parameters: number,
): string[] {
  const rows = cutoffs.map((cutoff, index) => [formatNumber(cutoff), inWords(logVolumes[index]!)]);
  return [
    '',
    ...table(['cutoff', 'ln volume'], rows),
    `Slope d ln volume/d ln cutoff: ${formatNumber(Number(slope))}; of a quadratic basin inside a wide prior half the number of parameters, ${parameters / 2}.`,
    '',
  ];
}

function formatFunction(volume: FunctionVolume): string[] {
  const { logProbability, standardError, parts, points, testPoints, initializations, scheme, source, statistics } =
    volume;
  const split = testPoints === 0 ? 'all of the training split' : `${testPoints} of them of the test split`;
  return pairs([
    ['ln P(function)', `${formatNumber(logProbability)} ± ${formatNumber(standardError)} by the draws of the kernel`],
    ['a point', `${formatNumber(logProbability / points)} nats`],
    ['function', `the predicted classes of ${points} points, ${split}`],
    ['classes', classesOf(volume)],
    ['by class', parts.length > 1 ? parts.map(part => formatNumber(part)).join(', ') : null],
    [
      'networks drawn',
      `${initializations}, ${scheme === 'first checkpoint' ? `each tensor with mean and deviation as in ${source?.file}` : 'as PyTorch initialises such layers by default'}`,
    ],
    [
      'their BatchNorm',
      statistics === undefined ? null : `statistics ${statistics}; the checkpoint’s classes are by its own`,
    ],
    [
      'evidence',
      volume.converged
        ? 'by expectation propagation'
        : 'by expectation propagation, which did not come to rest: the number may be off',
    ],
  ]);
}

const classesOf = ({ reduction, positive = [] }: FunctionVolume): string =>
  reduction === 'two classes'
    ? `${positive.join(', ')} against all others`
    : 'each against the rest; the sum, as if these were independent of each other';
