/** The rescaling check: a network's pair of layers rescaled, its function shown to be unchanged, and what each measure becomes. */
import { coordinates } from '../analysis/grid.ts';
import { normalizedCurve, outputChange } from '../analysis/rescaling.ts';
import { findRescalings, rescale } from '../model/rescaling.ts';
import { type RescaledMeasure, type RescalingCheck, type SharpnessMeasure, toJsonNumber } from '../results.ts';
import { decodeRescalingCheck } from '../sharpnessDocument.ts';
import type { Documents } from '../store/documents.ts';
import { resultKey } from '../store/key.ts';
import type { Problem } from './problem.ts';

/** By what a pair of layers is multiplied and divided, in the order of documents. */
export const ALPHAS: readonly number[] = [0.1, 0.2, 0.5, 1, 2, 5, 10];

/** Points of the curve, and how far it goes, relative to the filters. */
const CURVE = coordinates(11, 1);

/** Passes of the loss that the check takes without any measure. */
export const CHECK_COST = ALPHAS.length * (CURVE.length + 2);

/** A pair of layers of a network, and the networks that rescaling it makes. */
export interface Pair extends Pick<RescalingCheck, 'pair' | 'pairs'> {
  /** Every α, with what tells its network from the checkpoint. */
  readonly alphas: readonly { readonly alpha: number; readonly change: object }[];
  /** The parameters of a rescaled network. */
  at(alpha: number): Float32Array;
}

/**
 * The pair whose rescaling is shown: the last of the network, since that reaches the layers nearest to its output, which
 * some measures are made of. Otherwise why there is none, in a sentence.
 */
export function pairOf({ objective }: Problem): Pair | { readonly problem: string } {
  const { found, problem } = findRescalings(objective.graph);
  const pair = found.at(-1);
  if (!pair) return { problem: problem! };
  const { origin, slots } = objective;
  const { multiplied, divided } = pair;
  return {
    pair,
    pairs: found.length,
    alphas: ALPHAS.map(alpha => ({ alpha, change: alpha === 1 ? {} : { rescaled: { multiplied, divided, alpha } } })),
    at: alpha => rescale(origin, slots, pair, alpha),
  };
}

/**
 * How little the function moves at every α: the network's outputs, and the loss along a filter-normalised direction.
 * Throws `interrupted` when the signal fires.
 */
export async function checkRescaling(
  problem: Problem,
  pair: Pair,
  documents: Documents | null,
  signal: AbortSignal,
): Promise<RescalingCheck> {
  const { multiplied, divided, through } = pair.pair;
  const key = resultKey('rescaling', problem.provenance(), { multiplied, divided, alphas: ALPHAS, t: CURVE });
  const known = await documents?.read(key, decodeRescalingCheck);
  if (known) return known;
  const { objective, seed } = problem;
  const change: number[] = [];
  const curves: number[][] = [];
  for (const alpha of ALPHAS) {
    const theta = pair.at(alpha);
    change.push(await outputChange(objective, objective.origin, theta, signal));
    curves.push(await normalizedCurve(objective, theta, seed, CURVE, signal));
  }
  const own = curves[ALPHAS.indexOf(1)]!;
  const deviation = curves.map(curve =>
    Math.max(...curve.map((loss, index) => relative(loss - own[index]!, own[index]!))),
  );
  const check: RescalingCheck = {
    pair: { multiplied, divided, through },
    pairs: pair.pairs,
    alphas: ALPHAS,
    change: change.map(toJsonNumber),
    curve: { t: CURVE, loss: curves.map(curve => curve.map(toJsonNumber)), deviation: deviation.map(toJsonNumber) },
  };
  await documents?.write(key, check);
  return check;
}

const relative = (difference: number, value: number): number => (difference === 0 ? 0 : Math.abs(difference / value));

/** Smaller parts of a measure are rounding: parameters are rescaled in float32. */
const RELATIVE_TOLERANCE = 0.01;

/**
 * A measure with what it became at the α that are done, in their order.
 * @param at the measure at each α; null where it is not done yet.
 */
export function withRescaled(
  measure: SharpnessMeasure,
  at: (alpha: number) => SharpnessMeasure | null,
): SharpnessMeasure {
  if (measure.problem !== undefined) return measure;
  const done = ALPHAS.flatMap(alpha => {
    const own = alpha === 1 ? measure : at(alpha);
    return own ? [{ alpha, own }] : [];
  });
  const rescaled = done.map(
    ({ alpha, own: { value, lower, upper } }): RescaledMeasure => ({ alpha, value, lower, upper }),
  );
  const stays = done.every(({ own }) => !hasMoved(measure, own));
  const isKnown = done.length === ALPHAS.length || !stays;
  return { ...measure, rescaled, ...(isKnown && { invariant: stays }) };
}

/** Whether a measure moved by more than its computation leaves open, and by more than rounding. */
function hasMoved(from: SharpnessMeasure, to: SharpnessMeasure): boolean {
  const [before, after] = [Number(from.value), Number(to.value)];
  if (Object.is(before, after)) return false;
  if (!Number.isFinite(before) || !Number.isFinite(after)) return true;
  const distance = Math.abs(after - before);
  const size = Math.max(Math.abs(before), Math.abs(after));
  return distance > Math.max(openness(from), openness(to), RELATIVE_TOLERANCE * size);
}

/** How far the computation leaves a measure open. The sample is the same at every α, so that its error does not count. */
function openness({ value, lower, upper, noise }: SharpnessMeasure): number {
  if (noise !== undefined) return noise;
  const distances = [lower, upper].flatMap(end => (end === null ? [] : [Math.abs(Number(end) - Number(value))]));
  return Math.max(0, ...distances.filter(Number.isFinite));
}
