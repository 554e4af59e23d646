/** Recurrent layers and attention. */
import { at, type Numbers, softmax, tabulate, total } from '../numbers.ts';
import { B, type Definition, steps } from './definition.ts';

const { exp, sqrt, tanh } = Math;
const sigmoid = (x: number) => 1 / (1 + exp(-x));

interface Attention {
  readonly query: Numbers;
  readonly key: Numbers;
  readonly value: Numbers;
  /** Kernels [c, n, h] and biases [n, h] of query, key and value, and the output's [n, h, e] and [e]. */
  readonly weights: readonly Numbers[];
  readonly isCausal?: boolean;
}

/** Softmax of scaled products of queries and keys, as weights of the values, for every head (Vaswani et al. 2017). */
function attention({ query, key, value, weights, isCausal = false }: Attention): { output: Numbers; scores: Numbers } {
  const isBiased = weights.length === 8;
  const [wq, wk, wv, wo] = (isBiased ? [0, 2, 4, 6] : [0, 1, 2, 3]).map(index => weights[index]!);
  const bias = (index: number) => (isBiased ? weights[2 * index + 1] : undefined);
  const [features, count, size] = wq!.shape as [number, number, number];
  const project = (x: Numbers, w: Numbers, own: Numbers | undefined) =>
    tabulate([B, x.shape[1]!, count, w.shape[2]!], (b, t, n, h) => {
      return total(w.shape[0]!, c => at(x, b!, t!, c) * at(w, c, n!, h!)) + (own ? at(own, n!, h!) : 0);
    });
  if (features !== query.shape[2]) throw new Error('the query has other features');
  const [q, k, v] = [project(query, wq!, bias(0)), project(key, wk!, bias(1)), project(value, wv!, bias(2))];
  const [T, S] = [query.shape[1]!, key.shape[1]!];
  const scores = tabulate([B, count, T, S], (b, n, t, s) => {
    const all = Array.from({ length: S }, (_, other) =>
      isCausal && other > t!
        ? Number.NEGATIVE_INFINITY
        : total(size, h => at(q, b!, t!, n!, h) * at(k, b!, other, n!, h)) / sqrt(size),
    );
    return softmax(all)[s!]!;
  });
  const seen = tabulate([B, T, count, v.shape[3]!], (b, t, n, h) =>
    total(S, s => at(scores, b!, n!, t!, s) * at(v, b!, s, n!, h!)),
  );
  const output = tabulate([B, T, wo!.shape[2]!], (b, t, e) => {
    const own = bias(3);
    return (
      total(count, n => total(v.shape[3]!, h => at(seen, b!, t!, n, h) * at(wo!, n, h, e!))) + (own ? at(own, e!) : 0)
    );
  });
  return { output, scores };
}

/** Weights of an attention: features of query, key and value, heads, sizes, and features of the output. */
function attentionWeights(
  [q, k, v]: readonly [number, number, number],
  [count, size, valueSize, out]: readonly [number, number, number, number],
  isBiased = true,
): Record<string, readonly number[]> {
  const parts: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ['query_dense', [q, count, size], [count, size]],
    ['key_dense', [k, count, size], [count, size]],
    ['value_dense', [v, count, valueSize], [count, valueSize]],
    ['output_dense', [count, valueSize, out], [out]],
  ];
  return Object.fromEntries(
    parts.flatMap(([name, kernel, bias]) => {
      const path = `multi_head_attention/${name}/vars`;
      return [[`${path}/0`, kernel] as const, ...(isBiased ? [[`${path}/1`, bias] as const] : [])];
    }),
  );
}

const x0 = { class_name: '__keras_tensor__', config: { keras_history: ['x0', 0, 0] } };
const x1 = { class_name: '__keras_tensor__', config: { keras_history: ['x1', 0, 0] } };
const attentionConfig = { num_heads: 2, key_dim: 3, value_dim: 3, use_bias: true, attention_axes: [1] };

/** Gated recurrent units (keras/src/layers/rnn/gru.py): z, r and the candidate lie one after the other. */
function gru(x: Numbers, weights: readonly Numbers[], resetsAfter: boolean, isBiased = true): Numbers {
  const [kernel, recurrent, bias] = weights as [Numbers, Numbers, Numbers];
  const units = recurrent.shape[0]!;
  const b1 = (at0: number) => (!isBiased ? 0 : resetsAfter ? at(bias, 0, at0) : at(bias, at0));
  const b2 = (at0: number) => (isBiased && resetsAfter ? at(bias, 1, at0) : 0);
  const rows = Array.from({ length: B }, (_, b) => {
    let h: number[] = new Array<number>(units).fill(0);
    for (let t = 0; t < x.shape[1]!; t++) {
      const given = (place: number) => total(x.shape[2]!, c => at(x, b, t, c) * at(kernel, c, place)) + b1(place);
      const back = (state: readonly number[], place: number) =>
        total(units, u => state[u]! * at(recurrent, u, place)) + b2(place);
      const before = h;
      const z = before.map((_, u) => sigmoid(given(u) + back(before, u)));
      const r = before.map((_, u) => sigmoid(given(units + u) + back(before, units + u)));
      const reset = before.map((own, u) => own * r[u]!);
      h = before.map((own, u) => {
        const place = 2 * units + u;
        const candidate = tanh(given(place) + (resetsAfter ? r[u]! * back(before, place) : back(reset, place)));
        return z[u]! * own + (1 - z[u]!) * candidate;
      });
    }
    return h;
  });
  return tabulate([B, units], (b, u) => rows[b!]![u!]!);
}

export const sequences: Readonly<Record<string, Definition>> = {
  'GRU that resets after': {
    layer: { class_name: 'GRU', config: { units: 3, reset_after: true, use_bias: true } },
    inputs: [steps],
    weights: { 'gru/cell/vars/0': [4, 9], 'gru/cell/vars/1': [3, 9], 'gru/cell/vars/2': [2, 9] },
    expected: ([x], weights) => gru(x!, weights, true),
  },
  'GRU that resets after, without bias': {
    layer: { class_name: 'GRU', config: { units: 3, reset_after: true, use_bias: false } },
    inputs: [steps],
    weights: { 'gru/cell/vars/0': [4, 9], 'gru/cell/vars/1': [3, 9] },
    expected: ([x], weights) => gru(x!, weights, true, false),
  },
  'GRU that resets before': {
    layer: { class_name: 'GRU', config: { units: 3, reset_after: false, use_bias: true } },
    inputs: [steps],
    weights: { 'gru/cell/vars/0': [4, 9], 'gru/cell/vars/1': [3, 9], 'gru/cell/vars/2': [9] },
    expected: ([x], weights) => gru(x!, weights, false),
  },
  'Bidirectional GRU with a layer of its own backwards': {
    layer: {
      class_name: 'Bidirectional',
      config: {
        merge_mode: 'concat',
        layer: { class_name: 'GRU', config: { name: 'forward_gru', units: 3, reset_after: true } },
        backward_layer: {
          class_name: 'GRU',
          config: { name: 'backward_gru', units: 2, reset_after: true, go_backwards: true },
        },
      },
    },
    inputs: [steps],
    weights: {
      'bidirectional/forward_layer/cell/vars/0': [4, 9],
      'bidirectional/forward_layer/cell/vars/1': [3, 9],
      'bidirectional/forward_layer/cell/vars/2': [2, 9],
      'bidirectional/backward_layer/cell/vars/0': [4, 6],
      'bidirectional/backward_layer/cell/vars/1': [2, 6],
      'bidirectional/backward_layer/cell/vars/2': [2, 6],
    },
    expected: ([x], weights) => {
      const turned = tabulate(steps, (b, t, c) => at(x!, b!, 5 - t!, c!));
      const [forward, backward] = [gru(x!, weights.slice(0, 3), true), gru(turned, weights.slice(3), true)];
      return tabulate([B, 5], (b, u) => (u! < 3 ? at(forward, b!, u!) : at(backward, b!, u! - 3)));
    },
  },
  'MultiHeadAttention to itself': {
    layer: { class_name: 'MultiHeadAttention', config: attentionConfig },
    inputs: [steps],
    kwargs: { value: x0, use_causal_mask: false },
    weights: attentionWeights([4, 4, 4], [2, 3, 3, 4]),
    expected: ([x], weights) => attention({ query: x!, key: x!, value: x!, weights }).output,
  },
  'MultiHeadAttention with a causal mask, and its scores': {
    layer: { class_name: 'MultiHeadAttention', config: { ...attentionConfig, dropout: 0.1 } },
    inputs: [steps],
    kwargs: { value: x0, use_causal_mask: true, return_attention_scores: true, training: false },
    outputs: 2,
    weights: attentionWeights([4, 4, 4], [2, 3, 3, 4]),
    expected: ([x], weights) => {
      const { output, scores } = attention({ query: x!, key: x!, value: x!, weights, isCausal: true });
      return [output, scores];
    },
  },
  'MultiHeadAttention to another sequence': {
    layer: { class_name: 'MultiHeadAttention', config: { ...attentionConfig, value_dim: 2, output_shape: [5] } },
    inputs: [steps, [B, 3, 5], [B, 3, 2]],
    weights: attentionWeights([4, 2, 5], [2, 3, 2, 5]),
    expected: ([query, value, key], weights) => attention({ query: query!, key: key!, value: value!, weights }).output,
  },
  'MultiHeadAttention without biases, with a causal mask over fewer steps': {
    layer: { class_name: 'MultiHeadAttention', config: { ...attentionConfig, use_bias: false } },
    inputs: [steps, [B, 3, 4]],
    kwargs: { use_causal_mask: true },
    weights: attentionWeights([4, 4, 4], [2, 3, 3, 4], false),
    expected: ([query, value], weights) =>
      attention({ query: query!, key: value!, value: value!, weights, isCausal: true }).output,
  },
  'MultiHeadAttention of named sequences': {
    layer: { class_name: 'MultiHeadAttention', config: attentionConfig },
    inputs: [steps, [B, 3, 4]],
    kwargs: { key: x1 },
    weights: attentionWeights([4, 4, 4], [2, 3, 3, 4]),
    expected: ([query, value], weights) => attention({ query: query!, key: value!, value: value!, weights }).output,
  },
};
