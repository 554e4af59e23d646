/**
 * MultiHeadAttention against TensorFlow.js's own class, which no LayersModel can hold, as it keeps the weights of its
 * projections to itself: it is called by hand, and its weights go into a file of Keras 2.
 */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import * as tf from '@tensorflow/tfjs-core';
import { MultiHeadAttention } from '@tensorflow/tfjs-layers/dist/layers/nlp/multihead_attention.js';
import { elementCount, tensorFromNumbers } from '../../../../worker/tensor.ts';
import { checkOutputs, checkpointWith, lazy, randomNumbers } from './agree.ts';

interface Options {
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim?: number;
  readonly useBias?: boolean;
}

/** The inputs: of one the value is the query, of three the last is the key. */
type Shapes = readonly (readonly number[])[];

const NAMES = ['query', 'value', 'key'];

function model({ numHeads, keyDim, valueDim, useBias = true }: Options, shapes: Shapes, isCausal: boolean): object {
  const inputs = shapes.map((shape, index) => ({
    class_name: 'InputLayer',
    name: NAMES[index],
    config: { name: NAMES[index], batch_input_shape: [null, ...shape.slice(1)], dtype: 'float32' },
    inbound_nodes: [],
  }));
  const named = ['value', 'key'].slice(0, Math.max(1, shapes.length - 1));
  const given = named.map(name => [name, [shapes.length === 1 ? 'query' : name, 0, 0]]);
  const own = {
    class_name: 'MultiHeadAttention',
    name: 'own',
    config: { name: 'own', num_heads: numHeads, key_dim: keyDim, value_dim: valueDim ?? keyDim, use_bias: useBias },
    inbound_nodes: [[['query', 0, 0, { ...Object.fromEntries(given), use_causal_mask: isCausal }]]],
  };
  const layers = [...inputs, own];
  return {
    class_name: 'Functional',
    config: { layers, input_layers: inputs.map(({ name }) => [name, 0, 0]), output_layers: [['own', 0, 0]] },
  };
}

async function check(options: Options, shapes: Shapes, isCausal: boolean): Promise<void> {
  const layer = new MultiHeadAttention({ ...options });
  const data = shapes.map((shape, index) => randomNumbers(elementCount(shape), 10 + index));
  const [query, value, key] = data.map((numbers, index) => tf.tensor(numbers, [...shapes[index]!]));
  const call = () =>
    layer.callAndReturnAttentionScores(query!, {
      value: value ?? query!,
      ...(key && { key }),
      useCausalMask: isCausal,
    })[0];
  // The first call makes the weights.
  call();
  const projections = [
    ['query', layer._queryDense],
    ['key', layer._keyDense],
    ['value', layer._valueDense],
    ['attention_output', layer._outputDense],
  ] as const;
  const tensors = projections.flatMap(([name, dense], place) => {
    const random = dense.getWeights().map((weight, index) => {
      const numbers = randomNumbers(elementCount(weight.shape), 20 + 2 * place + index);
      return { shape: weight.shape, numbers };
    });
    dense.setWeights(random.map(({ shape, numbers }) => tf.tensor(numbers, shape)));
    return random.map(({ shape, numbers }, index) =>
      lazy(`own/${name}/${['kernel', 'bias'][index]}:0`, shape, numbers),
    );
  });
  const output = call();
  await checkOutputs(
    model(options, shapes, isCausal),
    checkpointWith('Keras 2', 'model.h5', tensors),
    data.map((numbers, index) => tensorFromNumbers(numbers, 'float32', shapes[index]!)),
    [{ shape: output!.shape, data: output!.dataSync() }],
  );
}

describe('MultiHeadAttention as TensorFlow.js computes it', () => {
  const steps = [2, 6, 4];
  const cases: readonly (readonly [what: string, options: Options, shapes: Shapes, isCausal: boolean])[] = [
    ['to itself', { numHeads: 2, keyDim: 3 }, [steps], false],
    ['with a causal mask', { numHeads: 2, keyDim: 3 }, [steps], true],
    ['without biases', { numHeads: 1, keyDim: 4, useBias: false }, [steps], false],
    ['with values of another size', { numHeads: 3, keyDim: 2, valueDim: 5 }, [steps], true],
    ['to another sequence', { numHeads: 2, keyDim: 3 }, [steps, [2, 3, 4]], false],
    ['with keys of their own', { numHeads: 2, keyDim: 3 }, [steps, [2, 3, 4], [2, 3, 5]], false],
  ];
  for (const [what, options, shapes, isCausal] of cases) it(what, () => check(options, shapes, isCausal));
});
