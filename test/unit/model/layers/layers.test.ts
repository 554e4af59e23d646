import assert from 'node:assert/strict';
import { evaluateReference } from '../../../../worker/engine/reference.ts';
import { toDense } from '../../../../worker/graph/dense.ts';
import { constant, type Graph, parameter, type Value } from '../../../../worker/graph/graph.ts';
import { buildGraph } from '../../../../worker/graph/onnx/build.ts';
import { writeModel } from '../../../../worker/graph/onnx/write.ts';
import type { Dense } from '../../../../worker/graph/types.ts';
import { bindCheckpoint } from '../../../../worker/model/bind.ts';
import { readLayers } from '../../../../worker/model/layers/read.ts';
import { elementCount, type Tensor, tensorFromNumbers } from '../../../../worker/tensor.ts';
import { runModel } from '../../graph/run.ts';
import { cases } from './cases.ts';
import { checkpointOf, type LayersModel, predict, randomize, randomNumbers } from './tensorflow.ts';

const EXAMPLES = 2;
const TOLERANCE = 1e-5;

/** What Basin makes of a network's configuration and weights, for some examples. */
async function graphOf(network: LayersModel, input: Tensor): Promise<{ graph: Graph; leaves: Map<Value, Dense> }> {
  const checkpoint = checkpointOf(network);
  const description = { name: 'model.json', training: null, tensors: checkpoint.tensors };
  const { model } = readLayers({ ...description, model: network.toJSON(null, false) }, { kind: 'mse' });
  const parameterless = checkpoint.tensors.length === 0;
  const binding = parameterless ? null : await bindCheckpoint(model, checkpoint);
  const leaves = new Map<Value, Dense>();
  const [declared] = model.inputs;
  const graph = buildGraph(model, {
    inputs: new Map([
      [declared!.name, { type: declared!.dtype === 'int32' ? 'int32' : 'float32', shape: input.shape }],
    ]),
    leaf: ({ name }) => {
      const bound = binding!.initializers.get(name)!;
      assert.ok(!bound.transposed);
      if (bound.kind === 'constant') return constant(bound.tensor, name);
      const { shape, offset, size } = bound.slot;
      const leaf = parameter(name, shape);
      leaves.set(leaf, { shape, data: Float64Array.from(binding!.theta.subarray(offset, offset + size)) });
      return leaf;
    },
  });
  leaves.set(graph.inputs[0]!, toDense(input as Parameters<typeof toDense>[0]));
  return { graph, leaves };
}

function near(what: string, actual: ArrayLike<number | bigint>, expected: Float32Array): void {
  assert.equal(actual.length, expected.length, `${what}: ${actual.length} numbers, not ${expected.length}`);
  expected.forEach((value, index) => {
    const distance = Math.abs(Number(actual[index]) - value);
    const limit = TOLERANCE * Math.max(1, Math.abs(value));
    assert.ok(distance <= limit, `${what}: number ${index} is ${actual[index]}, not ${value}`);
  });
}

/** Holds Basin's two ways of computing a network against TensorFlow.js's own. */
async function check(network: LayersModel, seed: number): Promise<void> {
  randomize(network, seed);
  const { dtype, shape } = network.inputs[0]!;
  const sizes = [EXAMPLES, ...shape.slice(1).map(Number)];
  const random = randomNumbers(elementCount(sizes), seed + 1000);
  // Indices into the five rows of an embedding.
  const values = dtype === 'int32' ? random.map(value => Math.floor((value + 1) * 2.5)) : random;
  const input = tensorFromNumbers([...values], dtype === 'int32' ? 'int32' : 'float32', sizes);
  const expected = predict(network, values, sizes);
  const { graph, leaves } = await graphOf(network, input);
  const [own] = evaluateReference([graph.outputs[0]!.value], leaves);
  near('reference', own!.data, expected);
  const feeds = Object.fromEntries(
    [...leaves].map(([leaf, { shape: sizes, data }]) => [leaf.name, tensorFromNumbers(data, leaf.type, sizes)]),
  );
  const [theirs] = await runModel(writeModel(graph), feeds, { optimized: true });
  near('ONNX Runtime', theirs!.data, expected);
}

describe('layers of Keras and TensorFlow.js', () => {
  Object.entries(cases).forEach(([name, build], index) => {
    it(`${name} as TensorFlow.js computes it`, () => check(build(), 100 * index));
  });
});
