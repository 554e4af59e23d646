import { elementCount, tensorFromNumbers } from '../../../../worker/tensor.ts';
import { checkOutputs, randomNumbers } from './agree.ts';
import { cases } from './cases.ts';
import { checkpointOf, type LayersModel, predict, randomize } from './tensorflow.ts';

const EXAMPLES = 2;

/** Holds Basin's two ways of computing a network against TensorFlow.js's own. */
async function check(network: LayersModel, seed: number): Promise<void> {
  randomize(network, seed);
  const inputs = network.inputs.map(({ dtype, shape }, index) => {
    const sizes = [EXAMPLES, ...shape.slice(1).map(Number)];
    const random = randomNumbers(elementCount(sizes), seed + 1000 + index);
    // Indices into the five rows of an embedding.
    const values = dtype === 'int32' ? random.map(value => Math.floor((value + 1) * 2.5)) : random;
    return tensorFromNumbers([...values], dtype === 'int32' ? 'int32' : 'float32', sizes);
  });
  await checkOutputs(network.toJSON(null, false), checkpointOf(network), inputs, predict(network, inputs));
}

describe('layers of Keras and TensorFlow.js', () => {
  Object.entries(cases).forEach(([name, build], index) => {
    it(`${name} as TensorFlow.js computes it`, () => check(build(), 100 * index));
  });
});
