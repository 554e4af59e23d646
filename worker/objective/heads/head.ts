import type { Feeds } from '../../engine/engine.ts';
import type { InputValue, Value } from '../../graph/graph.ts';
import type { Tensor } from '../../tensor.ts';

/** What a minibatch contributes to the mean. */
export interface HeadResult {
  /** Sum of the losses of each example's counted targets, each times its weight. */
  readonly sums: Float64Array;
  /** Sum of the weights of each example's counted targets: their number, unless classes have weights. */
  readonly weights: Float64Array;
  /** Number of each example's counted targets. */
  readonly counted: Float64Array;
  /** Number of each example's counted targets that were predicted right; null where the loss has no classes. */
  readonly correct: Float64Array | null;
}

/** In what a head computes inside a graph: residuals such as softmax − 1 cancel, so float64 wherever an engine can. */
export type HeadType = 'float32' | 'float64';

/** A head inside a graph. */
export interface HeadGraph {
  /** For each example the sum of its targets' losses, each times its weight, not divided by anything; shape [n]. */
  readonly losses: Value;
  /** What the head needs to know of the targets. */
  readonly inputs: readonly InputValue[];
}

/** What a head's graph is fed for a minibatch. */
export interface HeadFeeds {
  readonly feeds: Feeds;
  /** The sum of the weights of each example's counted targets. */
  readonly weights: Float64Array;
}

/** How far a minibatch's predictions are from others of the same examples. */
export interface HeadDivergence {
  /** Sum over each example's counted targets, in nats. */
  readonly sums: Float64Array;
  /** Number of each example's counted targets. */
  readonly weights: Float64Array;
}

/** From a network's outputs to the losses of a minibatch (PyTorch's losses, reduction='mean'). */
export interface Head {
  /**
   * The loss of each example, in float64.
   * @param output the network's output for at least `count` examples; further ones are padding and ignored.
   * @param targets the targets of exactly `count` examples.
   * Throws `input` where output and targets do not fit each other.
   */
  evaluate(output: Tensor, targets: Tensor, count: number): HeadResult;
  /**
   * The same as a graph, for derivatives.
   * @param targetShape the shape of a minibatch's targets; its number of examples does not matter.
   */
  graph(output: Value, targetShape: readonly number[], type: HeadType): HeadGraph;
  /**
   * The graph's inputs for a minibatch; examples that are padding have the weight 0.
   * @param shape of the network's output, all examples of the minibatch.
   * @param targets the targets of exactly `count` examples.
   * Throws as `evaluate` does.
   */
  feeds(shape: readonly number[], targets: Tensor, count: number, type: HeadType): HeadFeeds;
  /**
   * KL(p ‖ q) of what the network predicts for each counted target, p by the outputs `anchor` and q by `output`; absent
   * where outputs are no distributions.
   */
  divergence?(anchor: Tensor, output: Tensor, targets: Tensor, count: number): HeadDivergence;
}
