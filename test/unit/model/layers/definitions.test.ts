/**
 * Layers and options that TensorFlow.js does not have, or computes wrongly, against Keras's definitions
 * (https://keras.io/api/layers/), written here index by index in float64. Configurations are functional ones of Keras 3,
 * and weights have the paths of its files.
 */

import { BasinError } from '../../../../worker/errors.ts';
import { elementCount, tensorFromNumbers } from '../../../../worker/tensor.ts';
import { checkOutputs, checkpointWith, graphOf, lazy, randomNumbers } from './agree.ts';
import { activations } from './definitions/activations.ts';
import { type Definition, modelOf } from './definitions/definition.ts';
import { normalizations } from './definitions/normalization.ts';
import { products } from './definitions/products.ts';
import { sequences } from './definitions/sequences.ts';
import { spatial } from './definitions/spatial.ts';
import type { Numbers } from './numbers.ts';

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

/** What no option means, or hardly any. */
const ODD: readonly unknown[] = [
  null,
  'x',
  -1,
  1e9,
  2.5,
  [],
  ['a'],
  { class_name: 'Dense', config: {} },
  [[1, 2], [3]],
];

/** Configurations and weights of a definition, each with one thing that is odd. */
function* damaged(definition: Definition): Generator<Definition> {
  const { layer, weights = {} } = definition;
  for (const option of Object.keys(layer.config)) {
    for (const value of ODD) yield { ...definition, layer: { ...layer, config: { ...layer.config, [option]: value } } };
  }
  for (const [path, shape] of Object.entries(weights)) {
    for (const other of [[], [0], [1], shape.slice(1), [...shape, 2], shape.map(size => size + 1)]) {
      yield { ...definition, weights: { ...weights, [path]: other } };
    }
  }
}

/** Reads a network, which must be refused in a sentence or become a graph. */
async function readOrRefuse(definition: Definition): Promise<void> {
  const { inputs, weights = {} } = definition;
  const zeros = (shape: readonly number[]) => new Float32Array(elementCount(shape));
  const tensors = Object.entries(weights).map(([path, shape]) => lazy(`layers/${path}`, shape, zeros(shape)));
  const given = inputs.map(shape => tensorFromNumbers(zeros(shape), 'float32', shape));
  await graphOf(modelOf(definition), checkpointWith('Keras 3', 'model.keras', tensors), given).catch(error => {
    if (!(error instanceof BasinError)) {
      throw new Error(`${JSON.stringify(definition.layer)} ${JSON.stringify(weights)}: ${error}`, { cause: error });
    }
  });
}

describe('damaged configurations of layers', () => {
  const all = { ...spatial, ...products, ...normalizations, ...sequences };
  for (const [name, definition] of Object.entries(all)) {
    it(`of ${name} are read or refused`, async () => {
      for (const odd of damaged(definition)) await readOrRefuse(odd);
    });
  }
});

describe('layers as Keras defines them', () => {
  Object.entries({ ...activations, ...spatial, ...products, ...normalizations, ...sequences }).forEach(
    ([name, definition], index) => {
      it(name, () => check(definition, index));
    },
  );
});
