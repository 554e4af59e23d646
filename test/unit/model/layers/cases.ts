/** Networks of TensorFlow.js, at least one for each layer and option that Basin has a rule for. */
import { input, type LayersModel, layers, model, sequential } from './tensorflow.ts';

export type Case = () => LayersModel;

const image = { inputShape: [7, 6, 3] };
const vector = { inputShape: [5] };
const sequence = { inputShape: [6, 4] };
/** The same images with their channels first. */
const channelsFirst = { inputShape: [3, 7, 6], dataFormat: 'channelsFirst' as const };
const volume = { inputShape: [5, 4, 6, 2] };
const video = { inputShape: [3, 6, 5, 2] };

type SomeLayer = NonNullable<NonNullable<Parameters<typeof sequential>[0]>['layers']>[number];

const one =
  (layer: () => SomeLayer): Case =>
  () =>
    sequential({ layers: [layer()] });

/** An activation of a dense layer. */
const activation = (name: Parameters<typeof layers.activation>[0]['activation']): Case =>
  one(() => layers.dense({ ...vector, units: 4, activation: name }));

/** A layer of several inputs, each by a convolution or none of its own, so that channels come in both orders. */
const merged =
  (layer: () => SomeLayer): Case =>
  () => {
    const x = input({ shape: [4, 4, 3] });
    const convolved = layers.conv2d({ filters: 3, kernelSize: 1 }).apply(x) as typeof x;
    return model({ inputs: x, outputs: layer().apply([convolved, x]) as typeof x });
  };

/** A layer of two inputs of these shapes. */
const joined =
  (layer: () => SomeLayer, first: number[], second: number[]): Case =>
  () => {
    const inputs = [input({ shape: first }), input({ shape: second })];
    return model({ inputs, outputs: layer().apply(inputs) as (typeof inputs)[0] });
  };

/** A layer of one input that gives several values. */
const several =
  (layer: () => SomeLayer, shape: number[]): Case =>
  () => {
    const x = input({ shape });
    return model({ inputs: x, outputs: layer().apply(x) as (typeof x)[] });
  };

export const cases: Readonly<Record<string, Case>> = {
  Dense: one(() => layers.dense({ ...vector, units: 4 })),
  'Dense without bias': one(() => layers.dense({ ...vector, units: 4, useBias: false })),
  'Dense of sequences': one(() => layers.dense({ ...sequence, units: 3, activation: 'softmax' })),
  linear: activation('linear'),
  relu: activation('relu'),
  relu6: activation('relu6'),
  elu: activation('elu'),
  selu: activation('selu'),
  softplus: activation('softplus'),
  softsign: activation('softsign'),
  tanh: activation('tanh'),
  sigmoid: activation('sigmoid'),
  hardSigmoid: activation('hardSigmoid'),
  softmax: activation('softmax'),
  logSoftmax: activation('logSoftmax' as 'softmax'),
  swish: activation('swish'),
  mish: activation('mish'),
  gelu: activation('gelu'),
  gelu_new: activation('gelu_new'),
  Activation: one(() => layers.activation({ ...vector, activation: 'tanh' })),
  ReLU: one(() => layers.reLU(vector)),
  'ReLU with maximum': one(() => layers.reLU({ ...vector, maxValue: 0.5 })),
  ELU: one(() => layers.elu(vector)),
  LeakyReLU: one(() => layers.leakyReLU({ ...vector, alpha: 0.2 })),
  ThresholdedReLU: one(() => layers.thresholdedReLU({ ...vector, theta: 0.3 })),
  PReLU: one(() => layers.prelu(image)),
  'PReLU with shared axes': one(() => layers.prelu({ ...image, sharedAxes: [1, 2] })),
  Softmax: one(() => layers.softmax(vector)),
  'Flatten after a convolution': () =>
    sequential({
      layers: [layers.conv2d({ ...image, filters: 2, kernelSize: 3 }), layers.flatten(), layers.dense({ units: 3 })],
    }),
  'Flatten of images with channels first': one(() => layers.flatten(channelsFirst)),
  Reshape: one(() => layers.reshape({ ...sequence, targetShape: [3, -1] })),
  Permute: one(() => layers.permute({ ...image, dims: [3, 1, 2] })),
  RepeatVector: one(() => layers.repeatVector({ ...vector, n: 3 })),
  Dropout: () =>
    sequential({
      layers: [
        layers.dropout({ ...vector, rate: 0.5 }),
        layers.gaussianNoise({ stddev: 1 }),
        layers.gaussianDropout({ rate: 0.5 }),
        layers.alphaDropout({ rate: 0.5 }),
      ],
    }),
  Embedding: one(() => layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 4 })),
  Conv1D: one(() => layers.conv1d({ ...sequence, filters: 3, kernelSize: 3, strides: 2 })),
  'Conv1D with same padding and dilation': one(() =>
    layers.conv1d({ ...sequence, filters: 3, kernelSize: 3, padding: 'same', dilationRate: 2 }),
  ),
  Conv2D: one(() => layers.conv2d({ ...image, filters: 4, kernelSize: [3, 2], activation: 'relu' })),
  'Conv2D with same padding and strides': one(() =>
    layers.conv2d({ ...image, filters: 4, kernelSize: 3, padding: 'same', strides: 2, useBias: false }),
  ),
  'Conv2D with dilation': one(() =>
    layers.conv2d({ ...image, filters: 2, kernelSize: 2, padding: 'same', dilationRate: [2, 2] }),
  ),
  'Conv2D with softmax': one(() => layers.conv2d({ ...image, filters: 4, kernelSize: 1, activation: 'softmax' })),
  DepthwiseConv2D: one(() => layers.depthwiseConv2d({ ...image, kernelSize: 3, padding: 'same', strides: 2 })),
  'DepthwiseConv2D with a multiplier': one(() =>
    layers.depthwiseConv2d({ ...image, kernelSize: [2, 3], depthMultiplier: 2 }),
  ),
  SeparableConv2D: one(() =>
    layers.separableConv2d({ ...image, filters: 4, kernelSize: 3, depthMultiplier: 2, padding: 'same' }),
  ),
  Conv2DTranspose: one(() => layers.conv2dTranspose({ ...image, filters: 2, kernelSize: 3, strides: 2 })),
  'Conv2DTranspose with same padding': one(() =>
    layers.conv2dTranspose({ ...image, filters: 2, kernelSize: 4, strides: 3, padding: 'same' }),
  ),
  'Conv2DTranspose with wide strides': one(() =>
    layers.conv2dTranspose({ ...image, filters: 2, kernelSize: 2, strides: 3, padding: 'same' }),
  ),
  Conv3D: one(() => layers.conv3d({ ...volume, filters: 3, kernelSize: [2, 3, 2], activation: 'tanh' })),
  'Conv3D with same padding and strides': one(() =>
    layers.conv3d({ ...volume, filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
  ),
  Conv3DTranspose: one(() => layers.conv3dTranspose({ ...volume, filters: 2, kernelSize: 3, strides: 2 })),
  'Conv3DTranspose with same padding': one(() =>
    layers.conv3dTranspose({ ...volume, filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
  ),
  'Conv2D with channels first': () =>
    sequential({
      layers: [
        layers.conv2d({ ...channelsFirst, filters: 4, kernelSize: 3, padding: 'same', strides: 2, activation: 'relu' }),
        layers.depthwiseConv2d({ kernelSize: 2, dataFormat: 'channelsFirst' }),
        layers.dense({ units: 2 }),
      ],
    }),
  'SeparableConv2D with strides': one(() =>
    layers.separableConv2d({ ...image, filters: 4, kernelSize: 3, strides: 2, useBias: false }),
  ),
  'SeparableConv2D with dilation': one(() =>
    layers.separableConv2d({ ...image, filters: 2, kernelSize: 2, dilationRate: 2, padding: 'same' }),
  ),
  'Conv2DTranspose with channels first': one(() =>
    layers.conv2dTranspose({ ...channelsFirst, filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
  ),
  MaxPooling1D: one(() => layers.maxPooling1d({ ...sequence, poolSize: 2 })),
  MaxPooling2D: one(() => layers.maxPooling2d({ ...image, poolSize: 3, strides: 2, padding: 'same' })),
  AveragePooling1D: one(() => layers.averagePooling1d({ ...sequence, poolSize: 3, strides: 1 })),
  AveragePooling2D: one(() =>
    layers.averagePooling2d({ ...image, poolSize: [3, 2], strides: [2, 1], padding: 'same' }),
  ),
  GlobalMaxPooling1D: one(() => layers.globalMaxPooling1d(sequence)),
  GlobalMaxPooling2D: one(() => layers.globalMaxPooling2d(image)),
  GlobalAveragePooling1D: one(() => layers.globalAveragePooling1d(sequence)),
  GlobalAveragePooling2D: () =>
    sequential({ layers: [layers.conv2d({ ...image, filters: 4, kernelSize: 3 }), layers.globalAveragePooling2d({})] }),
  MaxPooling3D: one(() => layers.maxPooling3d({ ...volume, poolSize: 2, padding: 'same' })),
  AveragePooling3D: one(() => layers.averagePooling3d({ ...volume, poolSize: [2, 2, 3], strides: 1 })),
  'pooling with channels first': () =>
    sequential({
      layers: [
        layers.maxPooling2d({ ...channelsFirst, poolSize: 2, strides: 1 }),
        layers.averagePooling2d({ poolSize: 2, padding: 'same', dataFormat: 'channelsFirst' }),
      ],
    }),
  'global pooling with channels first': () => {
    const x = input({ shape: [3, 7, 6] });
    const options = { dataFormat: 'channelsFirst' as const };
    const pooled = [layers.globalMaxPooling2d(options), layers.globalAveragePooling2d(options)];
    return model({ inputs: x, outputs: pooled.map(layer => layer.apply(x) as typeof x) });
  },
  BatchNormalization: one(() => layers.batchNormalization(image)),
  'BatchNormalization of vectors': one(() => layers.batchNormalization({ ...vector, epsilon: 0.1 })),
  'BatchNormalization without scale and centre': () =>
    sequential({
      layers: [layers.batchNormalization({ ...image, scale: false, center: false }), layers.dense({ units: 2 })],
    }),
  'BatchNormalization between convolutions': () =>
    sequential({
      layers: [
        layers.conv2d({ ...image, filters: 4, kernelSize: 3, useBias: false }),
        layers.batchNormalization(),
        layers.activation({ activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 3, kernelSize: 2 }),
      ],
    }),
  LayerNormalization: one(() => layers.layerNormalization(sequence)),
  'LayerNormalization without scale': one(() => layers.layerNormalization({ ...sequence, scale: false })),
  'LayerNormalization without centre, along two axes': one(() =>
    layers.layerNormalization({ ...image, axis: [2, 3], center: false, epsilon: 0.1 }),
  ),
  'LayerNormalization along a middle axis': one(() => layers.layerNormalization({ ...image, axis: 2 })),
  Add: merged(() => layers.add()),
  Average: merged(() => layers.average()),
  Multiply: merged(() => layers.multiply()),
  Maximum: merged(() => layers.maximum()),
  Minimum: merged(() => layers.minimum()),
  Concatenate: merged(() => layers.concatenate()),
  'Concatenate along another axis': merged(() => layers.concatenate({ axis: 1 })),
  'Dot of vectors': joined(() => layers.dot({ axes: 1 }), [5], [5]),
  'Dot of vectors of length one': joined(() => layers.dot({ axes: -1, normalize: true }), [5], [5]),
  'Dot of sequences': joined(() => layers.dot({ axes: 2 }), [3, 4], [6, 4]),
  'Dot along two axes': joined(() => layers.dot({ axes: [2, 1] }), [3, 4], [4, 6]),
  'Dot of a vector and a sequence': joined(() => layers.dot({ axes: [1, 2], normalize: true }), [4], [6, 4]),
  'ZeroPadding2D with channels first': one(() => layers.zeroPadding2d({ ...channelsFirst, padding: [1, 2] })),
  'Cropping2D with channels first': one(() => layers.cropping2D({ ...channelsFirst, cropping: [1, 2] })),
  'UpSampling2D with channels first': one(() => layers.upSampling2d({ ...channelsFirst, size: [2, 3] })),
  ZeroPadding2D: one(() =>
    layers.zeroPadding2d({
      ...image,
      padding: [
        [1, 2],
        [0, 3],
      ],
    }),
  ),
  Cropping2D: one(() =>
    layers.cropping2D({
      ...image,
      cropping: [
        [1, 2],
        [0, 3],
      ],
    }),
  ),
  UpSampling2D: one(() => layers.upSampling2d({ ...image, size: [2, 3] })),
  'UpSampling2D, bilinear': one(() => layers.upSampling2d({ ...image, size: [2, 2], interpolation: 'bilinear' })),
  Rescaling: one(() => layers.rescaling({ ...image, scale: 0.5, offset: -1 })),
  LSTM: one(() => layers.lstm({ ...sequence, units: 3 })),
  'LSTM of all steps, with sigmoid': one(() =>
    layers.lstm({ ...sequence, units: 3, returnSequences: true, recurrentActivation: 'sigmoid', useBias: false }),
  ),
  'LSTM backwards': one(() => layers.lstm({ ...sequence, units: 2, goBackwards: true })),
  GRU: one(() => layers.gru({ ...sequence, units: 3, returnSequences: true })),
  SimpleRNN: one(() => layers.simpleRNN({ ...sequence, units: 3, activation: 'relu' })),
  'LSTM of all steps backwards': one(() =>
    layers.lstm({ ...sequence, units: 2, goBackwards: true, returnSequences: true, activation: 'relu' }),
  ),
  'LSTM with its states': several(() => layers.lstm({ units: 3, returnState: true, returnSequences: true }), [6, 4]),
  'GRU with its state, backwards': several(
    () => layers.gru({ units: 3, returnState: true, goBackwards: true, useBias: false }),
    [6, 4],
  ),
  'LSTM that begins with given states': () => {
    const x = input({ shape: [5, 4] });
    const states = [input({ shape: [3] }), input({ shape: [3] })];
    const outputs = layers.lstm({ units: 3 }).apply(x, { initialState: states }) as typeof x;
    return model({ inputs: [x, ...states], outputs });
  },
  Bidirectional: one(() =>
    layers.bidirectional({ ...sequence, layer: layers.lstm({ units: 3 }) as never, mergeMode: 'concat' }),
  ),
  'Bidirectional, all steps, summed': one(() =>
    layers.bidirectional({
      ...sequence,
      layer: layers.gru({ units: 3, returnSequences: true }) as never,
      mergeMode: 'sum',
    }),
  ),
  'Bidirectional, multiplied': one(() =>
    layers.bidirectional({ ...sequence, layer: layers.simpleRNN({ units: 3 }) as never, mergeMode: 'mul' }),
  ),
  'Bidirectional, averaged, stacked': () =>
    sequential({
      layers: [
        layers.bidirectional({
          ...sequence,
          layer: layers.lstm({ units: 3, returnSequences: true }) as never,
          mergeMode: 'ave',
        }),
        layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) as never, mergeMode: 'concat' }),
      ],
    }),
  'Bidirectional, not merged': several(
    () =>
      layers.bidirectional({
        layer: layers.gru({ units: 2, returnSequences: true }) as never,
        mergeMode: null as never,
      }),
    [6, 4],
  ),
  'TimeDistributed Dense': one(() =>
    layers.timeDistributed({ ...sequence, layer: layers.dense({ units: 3, activation: 'softmax' }) }),
  ),
  'TimeDistributed convolutions': () =>
    sequential({
      layers: [
        layers.timeDistributed({ ...video, layer: layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu' }) }),
        layers.timeDistributed({ layer: layers.batchNormalization() }),
        layers.timeDistributed({ layer: layers.flatten() }),
        layers.lstm({ units: 2 }),
      ],
    }),
  'TimeDistributed model': () => {
    const inner = sequential({
      layers: [layers.dense({ inputShape: [4], units: 3, activation: 'relu' }), layers.dense({ units: 2 })],
    });
    return sequential({ layers: [layers.timeDistributed({ ...sequence, layer: inner })] });
  },
  'a layer that is called twice': () => {
    const x = input({ shape: [4] });
    const shared = layers.dense({ units: 4, activation: 'tanh' });
    const twice = shared.apply(shared.apply(x));
    return model({ inputs: x, outputs: layers.add().apply([twice, shared.apply(x)] as (typeof x)[]) as typeof x });
  },
  'models inside a model': () => {
    const x = input({ shape: [4] });
    const inner = model({ inputs: x, outputs: layers.dense({ units: 3, activation: 'relu' }).apply(x) as typeof x });
    const own = sequential({ layers: [layers.dense({ inputShape: [3], units: 2 }), layers.dense({ units: 3 })] });
    const y = input({ shape: [4] });
    const first = inner.apply(y) as typeof x;
    return model({ inputs: y, outputs: layers.add().apply([first, own.apply(first) as typeof x]) as typeof x });
  },
};
