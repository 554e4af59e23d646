/** Architectures of Keras and of TensorFlow.js's layers as models. */
import { inputError } from '../../errors.ts';
import type { ModelFile } from '../../graph/onnx/read.ts';
import type { LossSettings } from '../../objective/loss.ts';
import type { LazyTensor } from '../../tensor.ts';
import { isConfig, type LayerContext } from './layer.ts';
import { compiledLoss } from './loss.ts';
import { Network, type Wire } from './network.ts';
import { callInner, callModel, isModel, type NamedWire } from './topology.ts';
import { LayerWeights } from './weights.ts';

/** An architecture with what belongs to it, from `Checkpoint`. */
export interface LayersSource {
  /** What messages call it. */
  readonly name: string;
  /** A Keras model as JSON, of which nothing has been checked. */
  readonly model: unknown;
  /** How it was compiled, likewise. */
  readonly training: unknown;
  /** The checkpoint's tensors, which the model's initializers have the names and shapes of. */
  readonly tensors: readonly LazyTensor[];
}

export interface LayersModel {
  readonly model: ModelFile;
  /** The loss as it was asked for, else as the model was compiled. */
  readonly loss: LossSettings;
}

/**
 * Makes a model of the layers that a checkpoint describes.
 * @param asked the loss that the user named, which comes before the one the model was compiled with.
 * Throws `input`, naming layer and option, where something has no rule, and where there is no loss.
 */
export function readLayers(source: LayersSource, asked: LossSettings | null): LayersModel {
  const { name, training, tensors } = source;
  const description =
    isConfig(source.model) && isConfig(source.model.model_config) ? source.model.model_config : source.model;
  if (!isConfig(description) || typeof description.class_name !== 'string' || !isModel(description.class_name)) {
    const what =
      isConfig(description) && typeof description.class_name === 'string' ? description.class_name : 'nothing';
    throw inputError(
      `${name}: it describes ${what}, not a Sequential or Functional model of Keras; export the model to ONNX and name it as "model" in basin.json.`,
    );
  }
  const network = new Network(name);
  const context: LayerContext = {
    file: name,
    network,
    weights: new LayerWeights(name, tensors),
    dialect: dialectOf(source.model),
    call: callInner,
  };
  const compiled = asked ? null : compiledLoss(training, name);
  const loss = asked ?? compiled?.settings;
  if (!loss) {
    throw inputError(`${name}: the model was saved without its loss; name one as "loss" in basin.json.`);
  }
  const root = { names: [], path: '' };
  const { class_name: className, config } = description;
  const outputs = callModel({ className, config, place: root, inputs: null, isTrained: true }, context);
  const chosen = loss.output ?? outputs[0]?.name;
  const takesLogits = loss.kind === 'cross-entropy' || loss.kind === 'bce-with-logits';
  const adapted = outputs.map(own => {
    if (own.name !== chosen || !takesLogits || compiled?.fromLogits) return own;
    return { ...own, wire: logitsOf(own, loss.kind, asked !== null, name) };
  });
  // Layers have their channels last, and so do the classes that they give.
  const ofLayers: LossSettings = loss.kind === 'cross-entropy' ? { ...loss, classAxis: 'last' } : loss;
  return { model: network.finish(adapted), loss: ofLayers };
}

/** TensorFlow.js names itself. Version 3 of Keras declares inputs by `batch_shape`, version 2 by `batch_input_shape`. */
function dialectOf(description: unknown): LayerContext['dialect'] {
  if (isConfig(description) && String(description.keras_version).startsWith('tfjs')) return 'tensorflow.js';
  return JSON.stringify(description).includes('"batch_shape":') ? 'keras 3' : 'keras 2';
}

/**
 * What a loss of logits takes: what a softmax or sigmoid at the end was made of, so that no digits are lost on the way.
 * @param asAsked whether the user named the loss, which is one of logits: then what is no probability is one of them.
 * Throws `input` where the model was compiled with a loss of probabilities and ends with something else.
 */
function logitsOf({ name, wire }: NamedWire, kind: LossSettings['kind'], asAsked: boolean, file: string): Wire {
  const last = kind === 'cross-entropy' ? 'softmax' : 'sigmoid';
  if (wire.logits?.by === last) return wire.logits.of;
  if (asAsked) return wire;
  throw inputError(
    `${file}: the model was compiled with a loss of probabilities, and its output ${name} does not end with a ${last}; name the loss as "loss" in basin.json, where ${kind} takes logits.`,
  );
}
