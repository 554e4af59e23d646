/** How the measures of one checkpoint differ from those of another, and whether chance would do as much. */

import { type Evaluation, standardErrorOfMean } from '../objective/evaluation.ts';
import {
  type Difference,
  type JsonNumber,
  type Measure,
  type Provenance,
  RUN_MEASURE_NAMES,
  type RunMeasureName,
  type Split,
  toJsonNumber,
} from '../results.ts';
import { isSameVolume } from '../volumeSettings.ts';
import { usualRounding } from './sharpness/noise.ts';

/** What a checkpoint does on each example of its sample; null where examples have no loss of their own. */
export type ExampleValues = Pick<Evaluation, 'perExample' | 'weights' | 'predictions'>;

/** A checkpoint's measures on one split, and how they came about. */
export interface MeasuredSplit {
  /** Of all that the measures depend on: two checkpoints with one key are one. */
  readonly key: string;
  readonly provenance: Provenance;
  readonly measures: readonly Measure<RunMeasureName>[];
  /** Null where they are not known, and nothing is compared example by example then. */
  readonly examples: ExampleValues | null;
}

export type MeasuredCheckpoint = Partial<Record<Split, MeasuredSplit>>;

/** So many standard errors are taken for more than chance. */
const STANDARD_ERRORS = 2;

/** Two losses may differ by so many times their usual rounding though the network is the same function. */
const ROUNDINGS = 16;

/**
 * The differences of the measures that both checkpoints have.
 *
 * Where both were measured on the same rows, losses and accuracies are compared example by example, since what the
 * examples themselves contribute is the same on both sides and cancels: of losses the standard error of the mean
 * difference; of accuracies √Σ(cᵢ − c'ᵢ)² over the number of targets, where cᵢ is how many targets of example i are
 * predicted right (McNemar 1947; for several targets an example, Durkalski et al. 2003), which has to be exceeded twice and
 * by one target more (Edwards 1948), since accuracies come in steps. All else combines the errors of both as if they were
 * independent, those of the sides that face each other; on the same rows that is usually too large.
 *
 * What a verdict does not cover: of ten measures of equal checkpoints one in three comparisons would show a difference of
 * two standard errors by chance somewhere, and nothing is corrected for that. The error of an eigenvalue over the sample
 * is one to first order. That of a trace is its probes' alone, and that of SAM's rise is of its step held, though other
 * rows would take another; that of a volume is its directions': what these verdicts say on the same rows, they say of
 * these rows, and on others nothing is said. Of two lower bounds, whose upper ends are open, no difference is ever told,
 * nor of volumes by different priors. Above all, two checkpoints are two trainings: that they differ says nothing of two
 * ways to train, which takes several trainings of each.
 */
export function differencesOf(own: MeasuredCheckpoint, baseline: MeasuredCheckpoint): readonly Difference[] {
  return RUN_MEASURE_NAMES.flatMap(name => {
    const split = splitOf(name);
    const [one, other] = [own[split], baseline[split]];
    const [value, from] = [one, other].map(side => side?.measures.find(measure => measure.name === name));
    return value && from ? [differenceOf(name, { ...one!, value }, { ...other!, value: from })] : [];
  });
}

/** On which split's rows a measure is taken. */
export const splitOf = (name: RunMeasureName): Split => (name.startsWith('test-') ? 'test' : 'train');

/** Whether the same rows were used: their contents count, wherever they lie. */
export function isSameSample(one: Provenance, other: Provenance): boolean {
  return one.data?.digest === other.data?.digest && one.samples === other.samples;
}

/** One side of a difference. */
interface Side extends MeasuredSplit {
  readonly value: Measure<RunMeasureName>;
}

function differenceOf(name: RunMeasureName, own: Side, baseline: Side): Difference {
  const [value, from] = [Number(own.value.value), Number(baseline.value.value)];
  if (!Number.isFinite(value) || !Number.isFinite(from)) {
    return { name, value: toJsonNumber(value - from), standardError: null, isPaired: false, verdict: 'unknown' };
  }
  if (own.key === baseline.key && value === from) {
    return { name, value: 0, standardError: 0, isPaired: true, verdict: 'none' };
  }
  const paired = pairedError(name, own, baseline);
  const error = paired ?? independentError(name, own, baseline) ?? (isExact(name, own, baseline) ? 0 : null);
  const isOpen = error === null || !own.value.converged || !baseline.value.converged || !isAlike(own, baseline);
  const leeway = isAccuracy(name) ? stepOf(own, paired !== null) : roundingOf(own, baseline);
  // Never −0, which is written with a sign.
  const difference = value - from + 0;
  return {
    name,
    value: difference,
    standardError: error,
    isPaired: paired !== null,
    verdict: isOpen ? 'unknown' : verdictOf(difference, STANDARD_ERRORS * error + leeway),
  };
}

function verdictOf(difference: number, chance: number): Difference['verdict'] {
  if (Math.abs(difference) <= chance) return 'none';
  return difference > 0 ? 'higher' : 'lower';
}

const isLoss = (name: RunMeasureName): boolean => name === 'train-loss' || name === 'test-loss';
const isAccuracy = (name: RunMeasureName): boolean => name === 'train-accuracy' || name === 'test-accuracy';

/** Whether both numbers are of one quantity: volumes are where one prior and one basin's end measure them. */
const isAlike = ({ value: { volume: one } }: Side, { value: { volume: other } }: Side): boolean =>
  one === undefined || other === undefined || (one.basin === other.basin && isSameVolume(one, other));

/** Whether rounding alone leaves a measure open: where the objective takes no data, nothing is left to chance. */
const isExact = (name: RunMeasureName, own: Side, baseline: Side): boolean =>
  (isLoss(name) || name === 'gradient-norm') && !own.provenance.data && !baseline.provenance.data;

/** The standard error of a difference example by example; null where there is none to be had. */
function pairedError(name: RunMeasureName, own: Side, baseline: Side): number | null {
  if (own.examples === null || baseline.examples === null || !isSameSample(own.provenance, baseline.provenance)) {
    return null;
  }
  if (isLoss(name)) return pairedLossError(own.examples, baseline.examples);
  return isAccuracy(name) ? pairedAccuracyError(own.examples, baseline.examples) : null;
}

function pairedLossError(own: ExampleValues, baseline: ExampleValues): number | null {
  const { perExample, weights } = own;
  const from = baseline.perExample;
  if (!perExample || !weights || !from || !isEqual(weights, baseline.weights)) return null;
  return standardErrorOfMean(
    weights.map((weight, index) => weight * (perExample[index]! - from[index]!)),
    weights,
  );
}

function pairedAccuracyError(own: ExampleValues, baseline: ExampleValues): number | null {
  const [hits, from] = [own.predictions, baseline.predictions];
  if (!hits || !from || !isEqual(hits.counted, from.counted)) return null;
  const squares = hits.correct.reduce((sum, correct, index) => sum + (correct - from.correct[index]!) ** 2, 0);
  return Math.sqrt(squares) / targetsOf(hits.counted);
}

/** How far a difference of accuracies has to go beyond its error: by one target where targets are counted in pairs. */
const stepOf = ({ examples }: Side, isPaired: boolean): number =>
  isPaired && examples?.predictions ? 1 / targetsOf(examples.predictions.counted) : 0;

const targetsOf = (counted: Float64Array): number => counted.reduce((sum, count) => sum + count, 0);

const isEqual = (one: Float64Array, other: Float64Array | null): boolean =>
  other !== null && one.length === other.length && one.every((value, index) => value === other[index]);

/** Both errors as if they were independent; null where one of them is not known. */
function independentError(name: RunMeasureName, own: Side, baseline: Side): number | null {
  const isOnSameRows = isSameSample(own.provenance, baseline.provenance);
  if (!isOnSameRows && !(coversSampling(name, own) && coversSampling(name, baseline))) return null;
  const isAbove = Number(own.value.value) >= Number(baseline.value.value);
  const isBelow = Number(own.value.value) <= Number(baseline.value.value);
  const ends = [
    ...(isAbove ? [errorBelow(own.value), errorAbove(baseline.value)] : []),
    ...(isBelow ? [errorAbove(own.value), errorBelow(baseline.value)] : []),
  ];
  if (!ends.every(end => end !== null)) return null;
  // Of equal values both sides face each other; the larger way is taken.
  return isAbove && isBelow
    ? Math.max(Math.hypot(ends[0]!, ends[1]!), Math.hypot(ends[2]!, ends[3]!))
    : Math.hypot(...ends);
}

/**
 * Measures whose error does not hold all that other rows would change: a trace's probes', a rise of a step held, and a
 * volume's directions'.
 */
const OF_THESE_ROWS: readonly RunMeasureName[] = ['trace', 'sam', 'log-volume'];

const coversSampling = (name: RunMeasureName, { examples }: Side): boolean =>
  !OF_THESE_ROWS.includes(name) && examples !== null && examples.perExample !== null;

const errorBelow = ({ value, lower }: Measure): number | null => gap(value, lower);
const errorAbove = ({ value, upper }: Measure): number | null => gap(upper, value);

function gap(upper: JsonNumber | null, lower: JsonNumber | null): number | null {
  if (upper === null || lower === null) return null;
  const size = Number(upper) - Number(lower);
  return Number.isFinite(size) ? Math.max(size, 0) : null;
}

/** What rounding may make of two equal values. */
function roundingOf(own: Side, baseline: Side): number {
  const size = Math.max(Math.abs(Number(own.value.value)), Math.abs(Number(baseline.value.value)));
  const isDouble = own.provenance.dtype === 'float64' && baseline.provenance.dtype === 'float64';
  return ROUNDINGS * (isDouble ? Number.EPSILON * size : usualRounding(size));
}
