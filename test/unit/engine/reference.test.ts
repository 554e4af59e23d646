import assert from 'node:assert/strict';
import type { Engine } from '../../../worker/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../worker/engine/onnxruntime.ts';
import { createReferenceEngine, evaluateReference } from '../../../worker/engine/reference.ts';
import { matMul, mean, reshape, square, sub, tanh } from '../../../worker/graph/arithmetic.ts';
import { apply, type Graph, input, parameter } from '../../../worker/graph/graph.ts';
import { elementCount, tensorFromNumbers } from '../../../worker/tensor.ts';

const x = input('x', 'float32', [2, 3]);
const w = parameter('w', [3, 2]);
const b = parameter('b', [2]);
const hidden = tanh(apply('Add', [matMul(x, w), b]));
const graph: Graph = {
  inputs: [x],
  outputs: [
    { name: 'hidden', value: hidden },
    { name: 'loss', value: reshape(mean(square(sub(hidden, 1)), [0, 1]), []) },
    { name: 'class', value: apply('ArgMax', [hidden], { axis: 1, keepdims: 0, select_last_index: 0 }) },
    { name: 'again', value: hidden },
  ],
};
/** The bias lies first in θ. */
const layout = new Map([
  ['b', 0],
  ['w', 2],
]);
const theta = Float32Array.of(0.5, -0.25, 1, 2, -3, 0.125, 0.5, 1);
const feeds = { x: tensorFromNumbers([0.1, -0.2, 0.3, 1, 0, -1], 'float32', [2, 3]) };

async function run(engine: Engine) {
  const program = engine.compile(graph, layout, 1);
  const session = await program.open(theta);
  const outputs = await session.run(feeds);
  await session.close();
  await program.close();
  await engine.dispose();
  return outputs;
}

describe('the reference engine', () => {
  it('computes what ONNX Runtime does, in float64', async () => {
    const own = await run(createReferenceEngine());
    const theirs = await run(createOnnxRuntimeEngine({ lanes: 1, threadsPerLane: 1 }));
    assert.deepEqual(
      own.map(({ dtype, shape }) => ({ dtype, shape })),
      [
        { dtype: 'float64', shape: [2, 2] },
        { dtype: 'float64', shape: [] },
        { dtype: 'int64', shape: [2] },
        { dtype: 'float64', shape: [2, 2] },
      ],
    );
    own.forEach(({ data }, index) => {
      assert.equal(data.length, elementCount(theirs[index]!.shape));
      data.forEach((value, at) => {
        assert.ok(Math.abs(Number(value) - Number(theirs[index]!.data[at])) < 1e-6, `output ${index}, element ${at}`);
      });
    });
    const preactivation = Math.fround(0.1) * 1 + Math.fround(-0.2) * -3 + Math.fround(0.3) * 0.5 + 0.5;
    assert.ok(Math.abs(Number(own[0]!.data[0]) - Math.tanh(preactivation)) < 1e-15);
  });

  it('takes float64 contents for leaves', () => {
    const value = 1 + 2 ** -40;
    const [result] = evaluateReference([square(b)], new Map([[b, { shape: [2], data: Float64Array.of(value, 3) }]]));
    assert.deepEqual([...result!.data], [value * value, 9]);
  });

  it('names a leaf that it was given nothing for', () => {
    assert.throws(() => evaluateReference([square(b)], new Map()), { message: /nothing for the parameter b/ });
  });
});
