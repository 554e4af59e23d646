/**
 * One network with the layers whose weights lie deepest, as Keras 3 writes it (`.keras`: keras/src/saving/saving_lib.py,
 * `_save_state`; configurations: keras/src/models/functional.py and saving/serialization_lib.py), as Keras 2 does (`.h5`:
 * hdf5_format.py) and as TensorFlow.js's converter does (`model.json`). Values are random, and the same in each.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File, type Group, ready } from 'h5wasm/node';
import { elementCount } from '../../../../worker/tensor.ts';
import { zip } from '../../io/fixtures.ts';
import { randomNumbers } from './agree.ts';

interface WeightSpec {
  /** Its path in a file of Keras 3. */
  readonly path: string;
  /** The layer of the outer model that it belongs to, and its name in the others. */
  readonly layer: string;
  readonly name: string;
  readonly shape: readonly number[];
}

/** Weights of a layer: where they lie in Keras 3, what Keras 2 calls them, and their shapes by their names. */
const weightsOf = (
  path: string,
  names: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  layer = names.split('/')[0]!,
): WeightSpec[] =>
  Object.entries(shapes).map(([variable, shape], index) => ({
    path: `${path}/vars/${index}`,
    layer,
    name: `${names}/${variable}`,
    shape,
  }));

const heads = (attribute: string, name: string) =>
  weightsOf(`layers/multi_head_attention/${attribute}`, `attention/${name}`, { kernel: [4, 2, 3], bias: [2, 3] });

const WEIGHTS: readonly WeightSpec[] = [
  ...weightsOf('layers/conv2d', 'stem', { kernel: [3, 3, 1, 4], bias: [4] }),
  ...weightsOf('layers/batch_normalization', 'norm', { gamma: [4], beta: [4], moving_mean: [4], moving_variance: [4] }),
  ...heads('query_dense', 'query'),
  ...heads('key_dense', 'key'),
  ...heads('value_dense', 'value'),
  ...weightsOf('layers/multi_head_attention/output_dense', 'attention/attention_output', {
    kernel: [2, 3, 4],
    bias: [4],
  }),
  ...weightsOf('layers/layer_normalization', 'scaled', { gamma: [4], beta: [4] }),
  ...weightsOf('layers/bidirectional/forward_layer/cell', 'both/forward_gru/gru_cell', {
    kernel: [4, 9],
    recurrent_kernel: [3, 9],
    bias: [2, 9],
  }),
  ...weightsOf('layers/bidirectional/backward_layer/cell', 'both/backward_gru/gru_cell', {
    kernel: [4, 9],
    recurrent_kernel: [3, 9],
    bias: [2, 9],
  }),
  ...weightsOf('layers/time_distributed/layer', 'each', { kernel: [6, 5], bias: [5] }),
  ...weightsOf('layers/lstm/cell', 'recurrent/lstm_cell', { kernel: [5, 20], recurrent_kernel: [5, 20], bias: [20] }),
  ...weightsOf('layers/sequential/layers/dense', 'hidden', { kernel: [5, 6], bias: [6] }, 'head'),
  ...weightsOf('layers/sequential/layers/dense_1', 'classes', { kernel: [6, 10], bias: [10] }, 'head'),
];

/** Variances are positive. */
const valuesOf = ({ name, shape }: WeightSpec, index: number): Float32Array => {
  const numbers = randomNumbers(elementCount(shape), 1000 + index);
  return name.endsWith('variance') ? numbers.map(value => 1 + value / 2) : numbers;
};

type Version = 2 | 3;

interface Described {
  readonly className: string;
  readonly name: string;
  readonly config: object;
  /** Names of the layers that it is called with, and other arguments. */
  readonly from: readonly string[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

const entry = (version: Version, className: string, config: object): Record<string, unknown> => ({
  ...(version === 3 && { module: 'keras.layers', registered_name: null, build_config: { input_shape: [null] } }),
  class_name: className,
  config: { trainable: true, dtype: version === 3 ? policy : 'float32', ...config },
});

const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };

/** An input of examples of a shape. */
const inputLayer = (version: Version, name: string, shape: readonly number[]): Record<string, unknown> =>
  entry(version, 'InputLayer', {
    [version === 3 ? 'batch_shape' : 'batch_input_shape']: [null, ...shape],
    dtype: 'float32',
    sparse: false,
    name,
  });

/** An option that both versions have, such as an activation, which version 3 may keep in an object. */
const functionNamed = (version: Version, name: string): unknown =>
  version === 3 ? { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' } : name;

function described(version: Version): readonly Described[] {
  const gru = (direction: string, goesBack: boolean) =>
    entry(version, 'GRU', {
      name: version === 3 ? `${direction}gru` : 'gru',
      units: 3,
      return_sequences: true,
      go_backwards: goesBack,
      reset_after: true,
      use_bias: true,
    });
  const dense = (name: string, units: number, activation: string) =>
    entry(version, 'Dense', { name, units, activation: functionNamed(version, activation), use_bias: true });
  return [
    { className: 'Reshape', name: 'grid', config: { target_shape: [8, 8, 1] }, from: ['pixels'] },
    {
      className: 'Conv2D',
      name: 'stem',
      config: { filters: 4, kernel_size: [3, 3], padding: 'same', strides: [1, 1], groups: 1, activation: 'linear' },
      from: ['grid'],
    },
    { className: 'BatchNormalization', name: 'norm', config: { axis: version === 3 ? -1 : [3] }, from: ['stem'] },
    {
      className: 'ReLU',
      name: 'positive',
      config: { max_value: null, negative_slope: 0, threshold: 0 },
      from: ['norm'],
    },
    { className: 'MaxPooling2D', name: 'pool', config: { pool_size: [4, 4], strides: [4, 4] }, from: ['positive'] },
    { className: 'Reshape', name: 'steps', config: { target_shape: [4, 4] }, from: ['pool'] },
    {
      className: 'MultiHeadAttention',
      name: 'attention',
      config: { num_heads: 2, key_dim: 3, value_dim: 3, dropout: 0.1, use_bias: true, attention_axes: [1] },
      from: version === 3 ? ['steps', 'steps'] : ['steps'],
      kwargs: version === 3 ? { use_causal_mask: true } : { use_causal_mask: true, value: ['steps', 0, 0] },
    },
    { className: 'Add', name: 'sum', config: {}, from: ['steps', 'attention'] },
    { className: 'LayerNormalization', name: 'scaled', config: { axis: [2], epsilon: 0.001 }, from: ['sum'] },
    {
      className: 'Bidirectional',
      name: 'both',
      config: {
        merge_mode: 'concat',
        layer: gru('forward_', false),
        ...(version === 3 && { backward_layer: gru('backward_', true) }),
      },
      from: ['scaled'],
    },
    { className: 'TimeDistributed', name: 'each', config: { layer: dense('inside', 5, 'tanh') }, from: ['both'] },
    {
      className: 'LSTM',
      name: 'recurrent',
      config: { units: 5, activation: 'tanh', recurrent_activation: 'sigmoid', dropout: 0.2, return_sequences: false },
      from: ['each'],
    },
    { className: 'Dropout', name: 'drop', config: { rate: 0.5, seed: null }, from: ['recurrent'] },
    {
      className: 'Sequential',
      name: 'head',
      config: {
        layers: [inputLayer(version, 'given', [5]), dense('hidden', 6, 'relu'), dense('classes', 10, 'softmax')],
      },
      from: ['drop'],
    },
  ];
}

const tensor = (layer: string) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null], dtype: 'float32', keras_history: [layer, 0, 0] },
});

/** The network's configuration. */
function model(version: Version): Record<string, unknown> {
  const layers = described(version).map(({ className, name, config, from, kwargs = {} }) => {
    // Merging layers and lists of inputs: version 3 has one argument of several tensors.
    const args = className === 'Add' ? [from.map(tensor)] : from.map(tensor);
    const inbound =
      version === 3 ? [{ args, kwargs }] : [from.map((layer, index) => [layer, 0, 0, index === 0 ? kwargs : {}])];
    return { ...entry(version, className, { name, ...config }), name, inbound_nodes: inbound };
  });
  const first = { ...inputLayer(version, 'pixels', [64]), name: 'pixels', inbound_nodes: [] };
  const config = {
    name: 'network',
    trainable: true,
    layers: [first, ...layers],
    input_layers: [['pixels', 0, 0]],
    output_layers: [['head', version === 3 ? 0 : 1, 0]],
  };
  return { ...(version === 3 && { module: 'keras.src.models.functional' }), class_name: 'Functional', config };
}

/** Writes HDF5 and gives its bytes. */
async function hdf5(write: (file: Group) => void): Promise<Buffer> {
  await ready;
  const folder = await mkdtemp(join(tmpdir(), 'basin-hdf5-'));
  try {
    const path = join(folder, 'model.h5');
    const file = new File(path, 'w');
    write(file);
    file.close();
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The group at a path, made with all above it. */
const groupAt = (file: Group, path: string): Group =>
  path
    .split('/')
    .reduce(
      (group, name) => (group.keys().includes(name) ? (group.get(name) as Group) : group.create_group(name)),
      file,
    );

function put(file: Group, path: string, shape: readonly number[], data: Float32Array | Uint32Array): void {
  const cut = path.lastIndexOf('/');
  const dtype = data instanceof Float32Array ? '<f4' : '<I';
  groupAt(file, path.slice(0, cut)).create_dataset({ name: path.slice(cut + 1), data, shape: [...shape], dtype });
}

/** What is saved of a compiled loss. */
export type Compiled = unknown;

/** The network in a `.keras` archive. */
export async function kerasArchive(loss: Compiled): Promise<Buffer> {
  const weights = await hdf5(file => {
    WEIGHTS.forEach((spec, index) => {
      put(file, spec.path, spec.shape, valuesOf(spec, index));
    });
    // What is no weight: states of random numbers, and the optimizer.
    for (const layer of ['dropout/seed_generator', 'multi_head_attention/_dropout_layer/seed_generator']) {
      put(file, `layers/${layer}/vars/0`, [2], Uint32Array.of(7, 9));
    }
    put(file, 'optimizer/vars/1', [1], Float32Array.of(0.001));
  });
  const json = (content: unknown) => Buffer.from(JSON.stringify(content));
  const compile = { optimizer: 'adam', loss, loss_weights: null, metrics: ['accuracy'], jit_compile: false };
  return zip([
    { name: 'metadata.json', data: json({ keras_version: '3.12.0' }) },
    { name: 'config.json', data: json({ ...model(3), compile_config: compile }) },
    { name: 'model.weights.h5', data: weights },
  ]);
}

/** The network in an `.h5` file of Keras 2. */
export async function keras2File(loss: Compiled): Promise<Buffer> {
  return hdf5(file => {
    file.create_attribute('model_config', JSON.stringify(model(2)));
    file.create_attribute('training_config', JSON.stringify({ loss, metrics: ['accuracy'] }));
    const root = file.create_group('model_weights');
    const layers = [...new Set(WEIGHTS.map(({ layer }) => layer))];
    root.create_attribute('layer_names', layers);
    for (const layer of layers) {
      const group = root.create_group(layer);
      const own = WEIGHTS.filter(spec => spec.layer === layer);
      group.create_attribute(
        'weight_names',
        own.map(({ name }) => `${name}:0`),
      );
      for (const spec of own) put(group, `${spec.name}:0`, spec.shape, valuesOf(spec, WEIGHTS.indexOf(spec)));
    }
  });
}

/** Writes the network as a `model.json` with a shard beside it. */
export async function writeModelJson(folder: string, loss: Compiled): Promise<void> {
  const shard = Buffer.concat(WEIGHTS.map((spec, index) => Buffer.from(valuesOf(spec, index).buffer)));
  const document = {
    format: 'layers-model',
    generatedBy: 'keras v2.15.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: model(2),
      training_config: { loss },
    },
    weightsManifest: [
      {
        paths: ['group1-shard1of1.bin'],
        weights: WEIGHTS.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  await writeFile(join(folder, 'group1-shard1of1.bin'), shard);
  await writeFile(join(folder, 'model.json'), JSON.stringify(document));
}
