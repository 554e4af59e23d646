/** Training by stochastic gradient descent, on the gradients that Basin measures with. */
import { uniforms } from '../../worker/direction/gaussian.ts';
import type { MeanLoss, Objective } from '../../worker/objective/objective.ts';

export interface SgdOptions {
  readonly learningRate: number;
  /** λ: the parameters, biases included, shrink by learningRate·λ of themselves at every step. */
  readonly weightDecay: number;
}

export interface TrainingOptions extends SgdOptions {
  /** Examples of a step; the last step of an epoch takes what is left. */
  readonly batchSize: number;
  readonly epochs: number;
  /** Draws the order of the examples, anew in each epoch. */
  readonly seed: number;
}

/** Where a training stands. */
export interface TrainingState {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Steps that are done. */
  readonly step: number;
  readonly theta: Float32Array;
}

/**
 * Trains from `start` on the objective's sample and yields the start and the state after each epoch. The same options
 * give the same parameters. Throws `interrupted` when the signal fires.
 */
export async function* train(
  objective: Pick<Objective, 'samples' | 'minibatch'>,
  start: Float32Array,
  options: TrainingOptions,
  signal: AbortSignal,
): AsyncGenerator<TrainingState> {
  const { batchSize, epochs, seed } = options;
  let theta = start;
  let step = 0;
  yield { epoch: 0, step, theta };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = permutation(['order', seed, epoch], objective.samples);
    for (let from = 0; from < order.length; from += batchSize, step++) {
      theta = await sgdStep(objective.minibatch(order.slice(from, from + batchSize)), theta, options, signal);
    }
    yield { epoch, step, theta };
  }
}

/** θ − learningRate·(∂L/∂θ + λθ), as PyTorch's SGD without momentum; rounded once, to float32. */
export async function sgdStep(
  loss: Pick<MeanLoss, 'differentiate'>,
  theta: Float32Array,
  { learningRate, weightDecay }: SgdOptions,
  signal: AbortSignal,
): Promise<Float32Array> {
  const derivatives = loss.differentiate(theta);
  try {
    const { gradient } = await derivatives.gradient(signal);
    return theta.map((value, index) => value - learningRate * (gradient[index]! + weightDecay * value));
  } finally {
    await derivatives.close();
  }
}

/** The numbers 0 … count − 1 in a random order. */
function permutation(key: readonly (string | number)[], count: number): number[] {
  const places = uniforms(key, count);
  return Array.from(places.keys()).sort((a, b) => places[a]! - places[b]!);
}
