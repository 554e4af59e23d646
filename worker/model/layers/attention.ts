/** Attention: keras/src/layers/attention/multi_head_attention.py, whose letters B, T, S, N and H are used here. */
import { type Layer, type LayerRule, plain } from './layer.ts';
import type { Wire } from './network.ts';
import { within } from './weights.ts';

/** What is added to scores of steps that must not be seen, as Keras's Softmax adds it: their shares are exactly 0. */
const UNSEEN = -1e9;

/** One of the projections, by its name in version 2 and its attribute in version 3: kernel, and bias or null. */
function projection(layer: Layer, name: string, attribute: string) {
  const place = within(layer.place, name, attribute);
  return layer.weights(['kernel', layer.flag('use_bias', true) ? 'bias' : null], [], place);
}

/** Steps of a sequence, [B, T, features], as each head sees them, [B, T, N, H] with its axes in the order `perm`, and H. */
function heads(layer: Layer, x: Wire, names: readonly [name: string, attribute: string], perm: readonly number[]) {
  const [kernel, bias] = projection(layer, ...names);
  layer.requireRank(kernel, 3);
  const [features, count, size] = kernel.shape as [number, number, number];
  const product = layer.node('MatMul', [x.name, layer.reshape(kernel.name, [features, count * size])]);
  const biased = bias ? layer.node('Add', [product, layer.reshape(bias.name, [-1])]) : product;
  return { name: layer.transpose(layer.reshape(biased, [0, 0, count, size]), perm), size };
}

/** Scores [B, N, T, S] without what a step at T would see of later ones at S. */
function causal(layer: Layer, scores: string): string {
  const shape = layer.node('Slice', [layer.node('Shape', [scores]), layer.integers([2]), layer.integers([4])]);
  const unseen = layer.node('Expand', [layer.context.network.constant(layer.name, [UNSEEN], 'float32'), shape]);
  const later = layer.node('Trilu', [unseen, layer.context.network.constant(layer.name, [1], 'int64', [])], {
    upper: 1,
  });
  return layer.node('Add', [scores, later]);
}

/** Query, value and key, of which the last is the value where it is absent. */
function sequences(layer: Layer): readonly [query: Wire, value: Wire, key: Wire] {
  const [query, ...others] = layer.inputsFrom(0);
  const named = (name: string, index: number): Wire | undefined => layer.argument(name)[0] ?? others[index];
  const value = named('value', 0);
  if (!query || !value) throw layer.refuseDamage('it is called without a value');
  if (others.length > 2) throw layer.refuseUse('it is called with more than query, value and key');
  const all = [query, value, named('key', 1) ?? value].map(wire => layer.ordered(wire, 'last'));
  if (all.some(({ rank }) => rank !== 3)) {
    throw layer.refuseUse('attention over other than examples, steps and features is not supported');
  }
  return all as [Wire, Wire, Wire];
}

const multiHeadAttention: LayerRule = layer => {
  layer.require('attention_axes', 1, [1]);
  layer.require('use_gate', false);
  layer.require('sliding_window');
  const [query, value, key] = sequences(layer);
  const q = heads(layer, query, ['query', 'query_dense'], [0, 2, 1, 3]);
  const k = heads(layer, key, ['key', 'key_dense'], [0, 2, 3, 1]);
  const v = heads(layer, value, ['value', 'value_dense'], [0, 2, 1, 3]);
  const scaled = layer.node('Mul', [q.name, layer.scalar(1 / Math.sqrt(q.size))]);
  const all = layer.node('MatMul', [scaled, k.name]);
  const scores = layer.isCalledWith('use_causal_mask') ? causal(layer, all) : all;
  const shares = layer.node('Softmax', [scores], { axis: -1 });
  // [B, N, T, H] → [B, T, N·H], which the last projection takes.
  const seen = layer.transpose(layer.node('MatMul', [shares, v.name]), [0, 2, 1, 3]);
  const [kernel, bias] = projection(layer, 'attention_output', 'output_dense');
  const [count, size, ...sizes] = kernel.shape as [number, number, ...number[]];
  const features = sizes.reduce((product, own) => product * own, 1);
  const matrix = layer.reshape(kernel.name, [count * size, features]);
  const product = layer.node('MatMul', [layer.reshape(seen, [0, 0, count * size]), matrix]);
  const biased = bias ? layer.node('Add', [product, layer.reshape(bias.name, [-1])]) : product;
  const result = plain(sizes.length === 1 ? biased : layer.reshape(biased, [0, 0, ...sizes]), 2 + sizes.length);
  return layer.isCalledWith('return_attention_scores') ? [result, plain(shares, 4)] : result;
};

export const attentionLayers: Readonly<Record<string, LayerRule>> = { MultiHeadAttention: multiHeadAttention };
