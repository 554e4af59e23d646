/** The best of several searches in a box around a checkpoint. */
import { uniforms } from '../../direction/gaussian.ts';
import { type BoxFunction, type BoxState, maximizeInBox } from './box.ts';
import type { LossAndGradient } from './point.ts';
import type { BoxSpace } from './spaces.ts';

/** Iterations after which Keskar's search ends. */
const PAPER_ITERATIONS = 10;

/** How far to go. */
export interface SearchLimits {
  /** A search has converged when it could gain no more than this part of what it has found, to first order. */
  readonly tolerance: number;
  /** Gradients of one search at most, that of its start included. */
  readonly maxGradients: number;
}

/** What the searches found. */
export interface Found {
  readonly best: BoxState;
  /** The best value when none had gone on for more than ten iterations. */
  readonly tenIterations: number;
}

/**
 * Searches from every start, each of which depends on itself alone, so that more of them never find less.
 * @param here the loss and its gradient at the checkpoint, the middle of the box.
 * @param differentiate the same elsewhere.
 * Throws `interrupted` when the signal fires.
 */
export async function searchBox(
  space: BoxSpace,
  starts: Iterable<Float64Array>,
  here: LossAndGradient,
  differentiate: (theta: Float32Array, signal: AbortSignal) => Promise<LossAndGradient>,
  limits: SearchLimits,
  signal: AbortSignal,
): Promise<Found> {
  const evaluate: BoxFunction = async (u, either) => {
    const isHere = u.every(value => value === 0);
    const { loss, gradient } = isHere ? here : await differentiate(space.at(u), either);
    return { value: loss, gradient: space.pull(gradient) };
  };
  const options = { ...limits, base: here.loss };
  let best: BoxState | null = null;
  let tenIterations = here.loss;
  for (const start of starts) {
    let last: BoxState | null = null;
    for await (const state of maximizeInBox(evaluate, start, options, signal)) {
      last = state;
      if (state.iterations <= PAPER_ITERATIONS) tenIterations = Math.max(tenIterations, state.value);
    }
    if (!best || last!.value > best.value) best = last;
  }
  return { best: best!, tenIterations };
}

/**
 * Where to search from: the checkpoint, as Keskar et al. do, or where the gradient is zero there, which would end it at
 * once, a random point; and so many pairs of a random point of the box with its reflection through the checkpoint, since on
 * either side of a minimum there is another maximum.
 */
export function* startsIn(
  space: BoxSpace,
  here: LossAndGradient,
  seed: number,
  pairs: number,
): Generator<Float64Array> {
  const isStationary = here.gradient.every(value => value === 0);
  yield isStationary ? uniforms(['box leave', seed], space.size) : new Float64Array(space.size);
  for (let index = 0; index < pairs; index++) {
    const start = uniforms(['box start', seed, index], space.size);
    yield start;
    yield start.map(value => -value);
  }
}
