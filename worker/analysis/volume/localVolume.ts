import { throwIfAborted } from '../../errors.ts';
import { dot, norm, scale } from '../../vector.ts';
import { forEachInLanes } from '../lanes.ts';
import type { Preconditioner } from './preconditioner.ts';
import { findRadius } from './radius.ts';
import { logMassOfRay, type Prior } from './ray.ts';

/** The points around θ whose divergence from θ is at most the cutoff. */
export interface Basin {
  /** θ. */
  readonly origin: Float32Array;
  readonly cutoff: number;
  /** How far a point's function is from that of θ; 0 at θ itself. Throws `interrupted` when the signal fires. */
  divergence(theta: Float32Array, signal: AbortSignal): Promise<number>;
  /** How many points can be evaluated at the same time with profit. */
  readonly concurrency: number;
}

export interface VolumePlan {
  readonly prior: Prior;
  readonly directions: number;
  readonly preconditioner: Preconditioner;
  /** Standard normal numbers as many as θ has, for the direction of an index. */
  readonly draw: (index: number) => Float64Array;
  /** By how much the logarithm of the volume may be off for the brackets of the radii: D·δr/r. */
  readonly tolerance: number;
  /** What an earlier call with the same plan had found when it ended: its rays are the first, without gaps. */
  readonly known?: VolumeState;
}

/** A direction that has been followed to its end. */
export interface FollowedRay {
  readonly index: number;
  readonly radius: number;
  /** Whether the basin has an end there before the prior ends. */
  readonly isOpen: boolean;
  /** ln of the prior's mass that it stands for. */
  readonly logMass: number;
  /** D times the relative error of the radius, by the width of its bracket. */
  readonly error: number;
}

export interface VolumeState {
  /** In the order of their indices; those that are still being followed are missing. */
  readonly rays: readonly FollowedRay[];
  readonly evaluations: number;
  /**
   * D times the relative error of a radius by the rounding of the divergence, measured on the first ray, as a standard
   * deviation; `null` until it is known, or where that ray has no end.
   */
  readonly rounding: number | null;
}

/** A ray is given up as open where next to nothing of the prior lies beyond: so many standard deviations past its bulk. */
const PRIOR_TAIL = 10;

/** Points on the first ray, by which the rounding of the divergence is told from its course. */
const ROUNDING_POINTS = 8;

/**
 * Follows random directions from θ to where the basin ends, each of which then stands for the prior's mass of a ball:
 * ln of their mean is that of the star-shaped basin (Scherlis & Belrose 2025). A direction is u = Pz/‖Pz‖ with z standard
 * normal and P the preconditioner, and weighs |P|·(‖z‖/‖Pz‖)^D, the inverse of its density relative to uniform directions
 * (the angular central Gaussian distribution, Tyler 1987).
 *
 * The first ray is followed alone; all others start from its radius, so that results do not depend on how many are
 * followed at the same time. Yields after every ray. Throws `interrupted` when the signal fires.
 */
export async function* localVolume(basin: Basin, plan: VolumePlan, signal: AbortSignal): AsyncGenerator<VolumeState> {
  const { origin } = basin;
  const { prior, preconditioner } = plan;
  const dimension = origin.length;
  const squaredNorm = dot(origin, origin);
  const farthest = Math.sqrt(squaredNorm) + prior.sigma * (Math.sqrt(dimension) + PRIOR_TAIL);
  const rays: FollowedRay[] = [...(plan.known?.rays ?? [])];
  let evaluations = plan.known?.evaluations ?? 0;
  let rounding = plan.known?.rounding ?? null;

  const alongRay = (unit: Float64Array, own: AbortSignal) => (radius: number) => {
    evaluations++;
    return basin.divergence(
      origin.map((value, index) => value + radius * unit[index]!),
      own,
    );
  };
  const directionOf = (index: number): { readonly unit: Float64Array; readonly logWeight: number } => {
    const unit = plan.draw(index);
    const length = norm(unit);
    preconditioner.apply(unit);
    const stretched = norm(unit);
    scale(unit, 1 / stretched);
    return { unit, logWeight: preconditioner.logDeterminant + dimension * Math.log(length / stretched) };
  };
  const follow = async (index: number, start: number, own: AbortSignal): Promise<FollowedRay> => {
    const { unit, logWeight } = directionOf(index);
    const { radius, relativeError, end } = await findRadius(alongRay(unit, own), {
      cutoff: basin.cutoff,
      start,
      farthest,
      tolerance: plan.tolerance / dimension,
    });
    const isOpen = end === 'open';
    const reach = isOpen ? Number.POSITIVE_INFINITY : radius;
    const logMass = logMassOfRay({ dimension, squaredNorm, projection: dot(origin, unit), radius: reach }, prior);
    return { index, radius, isOpen, logMass: logMass + logWeight, error: dimension * relativeError };
  };
  const state = (): VolumeState => ({
    rays: [...rays].sort((one, other) => one.index - other.index),
    evaluations,
    rounding,
  });

  throwIfAborted(signal);
  if (rays.length === 0) {
    rays.push(await follow(0, Math.min(farthest, 0.1 * Math.sqrt(squaredNorm) || prior.sigma), signal));
    yield state();
  }
  const first = rays[0]!;
  if (rounding === null && !first.isOpen && first.radius > 0) {
    const spacing = Math.max(1e-6, (10 * plan.tolerance) / dimension);
    rounding = dimension * (await roundingAt(alongRay(directionOf(0).unit, signal), first.radius, spacing));
    yield state();
  }

  const done = rays.length;
  const others = Array.from({ length: plan.directions - done }, (_, index) => done + index);
  // Batches that fill the lanes, so that every partial result is made of the first rays without gaps.
  for (let from = 0; from < others.length; from += basin.concurrency) {
    const batch = others.slice(from, from + basin.concurrency);
    await forEachInLanes(batch, basin.concurrency, signal, async (index, own) => {
      rays.push(await follow(index, first.radius || farthest, own));
    });
    yield state();
  }
}

/**
 * The standard deviation of the relative error of a radius that a divergence's rounding makes: how far values at points
 * beside each other scatter about a straight line, over that line's slope, in logarithms.
 */
async function roundingAt(
  divergence: (radius: number) => Promise<number>,
  radius: number,
  spacing: number,
): Promise<number> {
  const at = Array.from({ length: ROUNDING_POINTS }, (_, index) => (index - (ROUNDING_POINTS - 1) / 2) * spacing);
  const values: number[] = [];
  for (const x of at) values.push(Math.log(await divergence(radius * Math.exp(x))));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const slope = dot(at, values) / dot(at, at);
  const scatter = values.reduce((sum, value, index) => sum + (value - mean - slope * at[index]!) ** 2, 0);
  // Over so short a piece rounding may hide the slope; a divergence that is quadratic nearby has the slope 2.
  return Math.sqrt(scatter / (values.length - 2)) / 2;
}
