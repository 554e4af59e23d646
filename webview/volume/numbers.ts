/** The numbers of volumes, from a result: each with its uncertainty, what it means and what would change it. Pure. */
import type { FunctionVolume, JsonNumber, LocalVolume, LogVolume, VolumeResult } from '../../worker/results.ts';
import { FUNCTION_TEXTS, LOCAL_TEXTS, originOf, STRETCHES, type VolumeText } from '../../worker/volumeTexts.ts';
import { formatCoordinate, formatCount, formatNumber, formatWithError } from '../view/format.ts';
import { formatInterval } from '../view/interval.ts';
import type { MeasureGroup, MeasureRow } from '../view/measures.ts';

/** Nats to the unit, as far as volumes of networks go. */
const DIGITS = 5;

/** `−18,253`. */
export const formatNats = (value: JsonNumber): string => formatNumber(value, DIGITS);

/** As it was typed, without digits that say nothing. */
export const formatCutoff = (cutoff: number): string =>
  cutoff >= 1e-6 ? formatCoordinate(cutoff) : formatNumber(cutoff);

/** `≥ −18,438` of a lower bound, whose upper end is open; `−2,381 (−2,388 to −2,379)` of an estimate. */
export function formatLogVolume({ value, lower, upper }: LogVolume): string {
  if (upper !== null) return `${formatNats(value)} (${formatNats(lower)} to ${formatNats(upper)})`;
  return typeof lower === 'string' ? `≥ ${formatNats(lower)}` : formatInterval(lower, lower, null);
}

/** Why a volume that was asked for is missing: problems come in the order of the volumes, and only where both were asked for. */
export function gapsOf({ local, function: ofFunction, problems }: VolumeResult): {
  readonly local: string | null;
  readonly function: string | null;
} {
  const rest = [...problems];
  return {
    local: local === null ? (rest.shift() ?? null) : null,
    function: ofFunction === null ? (rest.shift() ?? null) : null,
  };
}

/** Groups without a number, and without a reason why there is none, are left out. */
export function volumeGroups(result: VolumeResult): MeasureGroup[] {
  const { local, function: ofFunction } = result;
  const gaps = gapsOf(result);
  return [
    {
      title: 'Local volume',
      rows:
        local !== null
          ? localRows(local, result)
          : gaps.local !== null
            ? [row(LOCAL_TEXTS.logVolume, null, gaps.local)]
            : [],
    },
    {
      title: 'Volume of the function',
      rows:
        ofFunction !== null
          ? functionRows(ofFunction)
          : gaps.function !== null
            ? [row(FUNCTION_TEXTS.logProbability, null, gaps.function)]
            : [],
    },
  ].filter(({ rows }) => rows.length > 0);
}

const row = ({ label, ...about }: VolumeText, value: string | null, ...notes: readonly string[]): MeasureRow => ({
  label,
  about,
  value,
  isRough: false,
  notes,
});

function localRows(local: LocalVolume, { complete, provenance }: VolumeResult): MeasureRow[] {
  const { logVolume, basin, cutoff, prior, directions, logMasses, bracketError, roundingError, sensitivity } = local;
  const followed = logMasses.length;
  return [
    row(
      LOCAL_TEXTS.logVolume,
      formatLogVolume(logVolume),
      ...(logVolume.verdict === 'lower bound' ? [`${formatNats(logVolume.value)} from these directions`] : []),
      logVolume.verdict === 'lower bound' ? 'lower bound only, its upper end is open' : '95 % interval',
    ),
    row(
      LOCAL_TEXTS.effective,
      `${formatNumber(logVolume.effectiveSamples, 2)} of ${formatCount(followed)}`,
      ...(logVolume.verdict === 'lower bound' ? ['fewer than 100, which an estimate needs'] : []),
    ),
    followed > 1
      ? row(LOCAL_TEXTS.deviation, `${formatNumber(logVolume.deviation)} nats`)
      : row(LOCAL_TEXTS.deviation, null, 'It takes two directions.'),
    row(
      LOCAL_TEXTS.basin,
      basin === 'kl' ? `${formatCutoff(cutoff)} nats` : formatCutoff(cutoff),
      basin === 'kl' ? 'of mean KL from the checkpoint’s predictions' : 'of loss above the checkpoint’s',
    ),
    row(LOCAL_TEXTS.prior, `σ = ${formatNumber(prior.sigma)}`, originOf(prior)),
    row(
      LOCAL_TEXTS.preconditioner,
      followed < directions ? `${formatCount(followed)} of ${formatCount(directions)}` : formatCount(followed),
      `stretched by ${STRETCHES[local.preconditioner]}`,
    ),
    radiiRow(local),
    row(LOCAL_TEXTS.bracket, `${formatNumber(bracketError, 2)} nats`),
    roundingError === null
      ? row(LOCAL_TEXTS.rounding, null, roundingGap(local))
      : row(LOCAL_TEXTS.rounding, `${formatNumber(roundingError, 2)} nats`),
    row(LOCAL_TEXTS.passes, formatCount(local.evaluations), ...(complete && followed > 0 ? [passesEach(local)] : [])),
    ...(sensitivity === undefined
      ? []
      : [
          row(
            LOCAL_TEXTS.slope,
            formatNumber(sensitivity.slope),
            `D/2 = ${formatCount(provenance.parameters.count / 2)} in a quadratic basin inside a wide prior`,
          ),
        ]),
  ];
}

/** `5.3 a direction`. */
function passesEach({ evaluations, logMasses, sensitivity }: LocalVolume): string {
  const cutoffs = sensitivity?.cutoffs.length ?? 1;
  const each = formatNumber(evaluations / (logMasses.length * cutoffs), 2);
  return cutoffs === 1 ? `${each} a direction` : `${each} a direction at each of ${formatCount(cutoffs)} cutoffs`;
}

/** It is measured after the first direction, at its end. */
const roundingGap = ({ radii }: LocalVolume): string =>
  radii[0] === 'Infinity'
    ? 'The first direction, on which it is measured, has no end.'
    : 'It is measured once the first direction is followed.';

function radiiRow({ radii }: LocalVolume): MeasureRow {
  const ends = finite(radii).toSorted((one, other) => one - other);
  const open = radii.length - ends.length;
  const note =
    open === 0 ? [] : [`${formatCount(open)} of ${formatCount(radii.length)} leave the prior before the basin ends`];
  if (ends.length === 0) return row(LOCAL_TEXTS.radii, null, ...note);
  const middle = ends[Math.floor((ends.length - 1) / 2)]!;
  return row(
    LOCAL_TEXTS.radii,
    `${formatNumber(ends[0]!)} to ${formatNumber(ends.at(-1)!)}`,
    `half of them up to ${formatNumber(middle)}`,
    ...note,
  );
}

export const finite = (values: readonly JsonNumber[]): number[] =>
  values.filter((value): value is number => typeof value === 'number');

function functionRows(volume: FunctionVolume): MeasureRow[] {
  const { logProbability, standardError, points, testPoints, initializations, source, parts, converged, statistics } =
    volume;
  return [
    row(
      FUNCTION_TEXTS.logProbability,
      formatWithError(logProbability, standardError),
      '± standard error of the kernel’s draws',
      ...(points > 0 ? [`${formatNumber(logProbability / points)} nats a point`] : []),
    ),
    row(
      FUNCTION_TEXTS.points,
      formatCount(points),
      testPoints === 0 ? 'all of the train split' : `${formatCount(testPoints)} of the test split`,
    ),
    row(
      FUNCTION_TEXTS.classes,
      volume.reduction === 'two classes'
        ? `${(volume.positive ?? []).join(', ')} against all others`
        : 'each against the rest',
      ...(parts.length > 1 ? [`sum of ${formatCount(parts.length)} parts`] : []),
    ),
    row(
      FUNCTION_TEXTS.networks,
      formatCount(initializations),
      volume.scheme === 'first checkpoint'
        ? `each tensor with mean and deviation as in ${source?.file ?? 'the first checkpoint'}`
        : 'as PyTorch initialises such layers by default',
      ...(statistics === undefined ? [] : [`statistics ${statistics}; the checkpoint’s classes are by its own`]),
    ),
    {
      ...row(
        FUNCTION_TEXTS.evidence,
        'expectation propagation',
        converged ? 'came to rest' : 'did not come to rest: the number may be off',
      ),
      isRough: !converged,
    },
  ];
}

/** What was found, in a sentence or two. */
export function volumeVerdict(result: VolumeResult): string {
  const { local, function: ofFunction } = result;
  const gaps = gapsOf(result);
  const sentences = [
    ...(local === null ? [] : [localVerdict(local)]),
    ...(ofFunction === null
      ? []
      : [
          `ln P(f) = ${formatWithError(ofFunction.logProbability, ofFunction.standardError)} on ${formatCount(ofFunction.points)} points${ofFunction.converged ? '' : ', not converged'}.`,
        ]),
    ...[gaps.local, gaps.function].filter(gap => gap !== null),
  ];
  return sentences.length === 0 ? 'No direction has been followed yet.' : sentences.join(' ');
}

/** `ln volume ≥ −18,438: lower bound only, 1.0 effective directions of 100.` */
function localVerdict({ logVolume, logMasses }: LocalVolume): string {
  const effective = `${formatNumber(logVolume.effectiveSamples, 2)} effective directions of ${formatCount(logMasses.length)}`;
  return logVolume.verdict === 'lower bound'
    ? `ln volume ${formatLogVolume(logVolume)}: lower bound only, ${effective}.`
    : `ln volume ${formatLogVolume(logVolume)}: an estimate from ${effective}.`;
}
