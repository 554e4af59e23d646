/** Holds what Basin makes of a configuration of layers against what another opinion says that it computes. */
import assert from 'node:assert/strict';
import type { Checkpoint } from '../../../../worker/checkpoint/checkpoint.ts';
import { evaluateReference } from '../../../../worker/engine/reference.ts';
import { toDense } from '../../../../worker/graph/dense.ts';
import { constant, type Graph, parameter, type Value } from '../../../../worker/graph/graph.ts';
import { buildGraph } from '../../../../worker/graph/onnx/build.ts';
import { writeModel } from '../../../../worker/graph/onnx/write.ts';
import type { Dense } from '../../../../worker/graph/types.ts';
import { bindCheckpoint } from '../../../../worker/model/bind.ts';
import { readLayers } from '../../../../worker/model/layers/read.ts';
import { type LazyTensor, type Tensor, tensorFromNumbers } from '../../../../worker/tensor.ts';
import { runModel } from '../../graph/run.ts';

const TOLERANCE = 1e-5;

/** Numbers from −1 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** A tensor of a checkpoint that lies in memory. */
export const lazy = (name: string, shape: readonly number[], data: Float32Array): LazyTensor => ({
  name,
  dtype: 'float32',
  shape,
  read: async () => ({ dtype: 'float32', shape, data }),
});

/** A checkpoint of these tensors. */
export const checkpointWith = (format: string, name: string, tensors: readonly LazyTensor[]): Checkpoint => ({
  format,
  name,
  position: { step: null, epoch: null },
  tensors,
  unreadable: [],
  close: async () => {},
});

/** What Basin makes of a configuration and weights, for some examples of each input. */
export async function graphOf(
  description: unknown,
  checkpoint: Checkpoint,
  inputs: readonly Tensor[],
): Promise<{ graph: Graph; leaves: Map<Value, Dense> }> {
  const source = { name: checkpoint.name, training: null, tensors: checkpoint.tensors, model: description };
  const { model } = readLayers(source, { kind: 'mse' });
  const isTrained = [...model.initializers.keys()].some(name => !model.frozen?.has(name));
  const binding = isTrained ? await bindCheckpoint(model, checkpoint) : null;
  const held = new Map<string, Parameters<typeof constant>[0]>();
  for (const tensor of checkpoint.tensors)
    held.set(tensor.name, (await tensor.read()) as Parameters<typeof constant>[0]);
  const leaves = new Map<Value, Dense>();
  const types = model.inputs.map(({ name, dtype }, index) => {
    return [name, { type: dtype === 'int32' ? 'int32' : 'float32', shape: inputs[index]!.shape }] as const;
  });
  const graph = buildGraph(model, {
    inputs: new Map(types),
    leaf: ({ name }) => {
      // A network without parameters is bound to nothing.
      if (!binding) return constant(held.get(name)!, name);
      const bound = binding.initializers.get(name)!;
      assert.ok(!bound.transposed);
      if (bound.kind === 'constant') return constant(bound.tensor, name);
      const { shape, offset, size } = bound.slot;
      const leaf = parameter(name, shape);
      leaves.set(leaf, { shape, data: Float64Array.from(binding.theta.subarray(offset, offset + size)) });
      return leaf;
    },
  });
  model.inputs.forEach(({ name }, index) => {
    const leaf = graph.inputs.find(own => own.name === name);
    if (leaf) leaves.set(leaf, toDense(inputs[index] as Parameters<typeof toDense>[0]));
  });
  return { graph, leaves };
}

/** Numbers that somebody else computed. */
export interface Expected {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

function near(what: string, shape: readonly number[], actual: ArrayLike<number | bigint>, expected: Expected): void {
  assert.deepEqual([...shape], [...expected.shape], `${what}: another shape`);
  assert.ok(expected.data.length > 0);
  for (let index = 0; index < expected.data.length; index++) {
    const value = expected.data[index]!;
    const distance = Math.abs(Number(actual[index]) - value);
    const limit = TOLERANCE * Math.max(1, Math.abs(value));
    assert.ok(distance <= limit, `${what}: number ${index} is ${actual[index]}, not ${value}`);
  }
}

/** Holds Basin's two ways of computing a network, in float64 and with ONNX Runtime, against what its outputs should be. */
export async function checkOutputs(
  description: unknown,
  checkpoint: Checkpoint,
  inputs: readonly Tensor[],
  expected: readonly Expected[],
): Promise<void> {
  const { graph, leaves } = await graphOf(description, checkpoint, inputs);
  assert.equal(graph.outputs.length, expected.length);
  const values = evaluateReference(
    graph.outputs.map(({ value }) => value),
    leaves,
  );
  values.forEach(({ shape, data }, index) => {
    near(`output ${index} in float64`, shape, data, expected[index]!);
  });
  const feeds = Object.fromEntries(
    [...leaves].map(([leaf, { shape, data }]) => {
      if (leaf.kind !== 'input' && leaf.kind !== 'parameter') throw new Error(`${leaf.kind} is fed`);
      return [leaf.name, tensorFromNumbers(data, leaf.type, shape)];
    }),
  );
  const theirs = await runModel(writeModel(graph), feeds, { optimized: true });
  theirs.forEach(({ shape, data }, index) => {
    near(`output ${index} of ONNX Runtime`, shape, data, expected[index]!);
  });
}
