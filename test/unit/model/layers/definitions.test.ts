/**
 * Layers and options that TensorFlow.js does not have, or computes wrongly, against Keras's definitions
 * (https://keras.io/api/layers/), written here index by index in float64. Configurations are functional ones of Keras 3,
 * and weights have the paths of its files.
 */
import { elementCount, tensorFromNumbers } from '../../../../worker/tensor.ts';
import { checkOutputs, checkpointWith, lazy, randomNumbers } from './agree.ts';
import { activations } from './definitions/activations.ts';
import type { Definition } from './definitions/definition.ts';
import { normalizations } from './definitions/normalization.ts';
import { products } from './definitions/products.ts';
import { sequences } from './definitions/sequences.ts';
import { spatial } from './definitions/spatial.ts';
import type { Numbers } from './numbers.ts';

const tensorOf = (name: string) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });

/** A functional model of one layer, as Keras 3 describes it. */
function modelOf({ layer, inputs, kwargs = {}, outputs = 1 }: Definition): object {
  const declared = inputs.map((shape, index) => ({
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { batch_shape: [null, ...shape.slice(1)], dtype: 'float32', name: `x${index}` },
    name: `x${index}`,
    inbound_nodes: [],
  }));
  const given = inputs.map((_, index) => tensorOf(`x${index}`));
  const isMerge = ['Add', 'Subtract', 'Dot'].includes(layer.class_name);
  const own = {
    module: 'keras.layers',
    class_name: layer.class_name,
    config: { name: 'own', trainable: true, ...layer.config },
    name: 'own',
    inbound_nodes: [{ args: isMerge ? [given] : given, kwargs }],
  };
  const config = {
    name: 'functional',
    layers: [...declared, own],
    input_layers: inputs.map((_, index) => [`x${index}`, 0, 0]),
    output_layers: Array.from({ length: outputs }, (_, index) => ['own', 0, index]),
  };
  return { module: 'keras.src.models.functional', class_name: 'Functional', config };
}

const wide = ({ shape }: Numbers, data: Float32Array): Numbers => ({ shape, data: Float64Array.from(data) });

async function check(definition: Definition, seed: number): Promise<void> {
  const { inputs, weights = {}, scale = 1, expected } = definition;
  const random = (shape: readonly number[], own: number) =>
    randomNumbers(elementCount(shape), 100 * seed + own).map(value => scale * value);
  const given = inputs.map((shape, index) => random(shape, index));
  const held = Object.entries(weights).map(([path, shape], index) => {
    const numbers = randomNumbers(elementCount(shape), 100 * seed + 50 + index);
    const isPositive = definition.positive?.includes(path);
    return { path, shape, data: isPositive ? numbers.map(value => 1 + value / 2) : numbers };
  });
  const results = expected(
    given.map((data, index) => wide({ shape: inputs[index]!, data: new Float64Array() }, data)),
    held.map(({ shape, data }) => wide({ shape, data: new Float64Array() }, data)),
  );
  const tensors = held.map(({ path, shape, data }) => lazy(`layers/${path}`, shape, data));
  await checkOutputs(
    modelOf(definition),
    checkpointWith('Keras 3', 'model.keras', tensors),
    given.map((data, index) => tensorFromNumbers(data, 'float32', inputs[index]!)),
    [results].flat(),
  );
}

describe('layers as Keras defines them', () => {
  Object.entries({ ...activations, ...spatial, ...products, ...normalizations, ...sequences }).forEach(
    ([name, definition], index) => {
      it(name, () => check(definition, index));
    },
  );
});
