import { add, expand, matMul, mul, reshape, softmax, transpose, transposeMatrices, where } from '../../arithmetic.ts';
import { constant, type Value } from '../../graph.ts';
import type { OnnxNode } from '../node.ts';
import type { Rule } from './shared.ts';

/** [examples, steps, heads·width] as [examples, heads, steps, width]; what has four axes has them already. */
function splitHeads(node: OnnxNode, value: Value, attribute: string): Value {
  if (value.shape.length === 4) return value;
  const [examples, steps, size] = value.shape as [number, number, number];
  const heads = node.int(attribute, 0);
  if (heads < 1 || size % heads !== 0) throw node.refuse(`${attribute} ${heads} does not divide ${size} features.`);
  return transpose(reshape(value, [examples, steps, heads, size / heads]), [0, 2, 1, 3]);
}

/** Keys or values of which several heads of the queries share one, given to each of them. */
function shareHeads(value: Value, heads: number): Value {
  const [examples, own, steps, width] = value.shape as [number, number, number, number];
  const repeated = expand(reshape(value, [examples, own, 1, steps, width]), [examples, own, heads / own, steps, width]);
  return reshape(repeated, [examples, heads, steps, width]);
}

/** Scores where a mask holds, and −∞ elsewhere. */
const masked = (scores: Value, mask: Value): Value => where(mask, scores, Number.NEGATIVE_INFINITY);

/** Steps by steps: whether a query may see a key, which lies no later. */
function causalMask(queries: number, keys: number): Value {
  const data = Uint8Array.from({ length: queries * keys }, (_, at) => (at % keys <= Math.floor(at / keys) ? 1 : 0));
  return constant({ dtype: 'bool', shape: [queries, keys], data });
}

/**
 * softmax(Q·Kᵀ·scale + mask)·V (ONNX Attention, opset 23), written with matrix products. Queries, keys and values have
 * shape [examples, heads, steps, width] or [examples, steps, heads·width].
 */
export const attention: Rule = node => {
  if (node.outputCount > 1) throw node.refuse('Basin reads the first output of an attention only.');
  if (node.inputs.slice(4).some(value => value)) {
    throw node.refuse('keys and values of the past, and lengths of padded ones, are not supported.');
  }
  if (node.float('softcap', 0) !== 0) throw node.refuse('attribute softcap is not supported.');
  const q = splitHeads(node, node.input(0), 'q_num_heads');
  const heads = q.shape[1]!;
  const keys = splitHeads(node, node.input(1), 'kv_num_heads');
  if (heads % keys.shape[1]! !== 0) throw node.refuse(`${keys.shape[1]} heads of keys do not divide ${heads} heads.`);
  const k = shareHeads(keys, heads);
  const v = shareHeads(splitHeads(node, node.input(2), 'kv_num_heads'), heads);

  let scores = mul(matMul(q, transposeMatrices(k)), node.float('scale', 1 / Math.sqrt(q.shape[3]!)));
  const mask = node.inputs[3];
  if (mask) scores = mask.type === 'bool' ? masked(scores, mask) : add(scores, mask);
  if (node.int('is_causal', 0)) scores = masked(scores, causalMask(q.shape[2]!, k.shape[2]!));
  const result = matMul(softmax(scores, 3), v);
  if (node.input(0).shape.length === 4) return result;
  const [examples, , steps, width] = result.shape as [number, number, number, number];
  return reshape(transpose(result, [0, 2, 1, 3]), [examples, steps, heads * width]);
};
