import { createHash } from 'node:crypto';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { inputError } from '../errors.ts';
import { toGraphTensor } from '../graph/onnx/convert.ts';
import type { ModelFile } from '../graph/onnx/read.ts';
import type { GraphType } from '../graph/types.ts';
import type { Match } from '../results.ts';
import { elementCount, formatShape, isFloating, type LazyTensor, type Tensor, toFloat32 } from '../tensor.ts';

/** Where a parameter lies in the vector θ. */
export interface ParameterSlot {
  /** The tensor's name in the checkpoint. */
  readonly name: string;
  /** What random draws are keyed by: the model's name for it, which wrappers around the model do not change. */
  readonly key: string;
  readonly shape: readonly number[];
  /** First element in θ. */
  readonly offset: number;
  readonly size: number;
}

/** Which tensor of a checkpoint supplies which initializer of a model. */
export interface Matching {
  /** In the checkpoint's order. */
  readonly matches: readonly (Match & { readonly source: LazyTensor })[];
  readonly unmatched: { readonly checkpoint: readonly string[]; readonly model: readonly string[] };
  /** Number of parameters (elements). */
  readonly parameters: number;
}

/** A checkpoint's contents in the places a model has for them. */
export interface Binding {
  readonly slots: readonly ParameterSlot[];
  /** The initializer each slot supplies. */
  readonly initializers: readonly string[];
  /** All parameters, one after the other as the slots say. */
  readonly theta: Float32Array;
  /** Initializers that the checkpoint supplies and that are not parameters: statistics and integer tensors. */
  readonly constants: ReadonlyMap<string, Tensor<GraphType>>;
  /** SHA-256 (hex) of everything that was taken from the checkpoint, with its names in the model and its shapes. */
  readonly digest: string;
  readonly notes: readonly string[];
}

/** Wrappers that put their name before every tensor of a model: DataParallel and torch.compile. */
const WRAPPERS = /^(?:module\.|_orig_mod\.)+/;

const unwrapped = (name: string): string => name.replace(WRAPPERS, '');

/**
 * Matches a checkpoint's tensors to a model's initializers by name, wrappers' prefixes aside.
 * Throws `input` where a matched tensor has another shape than the model's.
 */
export function matchTensors(model: ModelFile, checkpoint: Checkpoint): Matching {
  const statistics = normalizationStatistics(model);
  const byName = new Map([...usedInitializers(model)].map(name => [unwrapped(name), name]));
  const matches: (Match & { source: LazyTensor })[] = [];
  const unmatched: string[] = [];
  let parameters = 0;
  for (const source of checkpoint.tensors) {
    const exact = model.initializers.has(source.name) ? source.name : undefined;
    const initializer = byName.get(exact ? unwrapped(exact) : unwrapped(source.name));
    if (!initializer) {
      unmatched.push(source.name);
      continue;
    }
    byName.delete(unwrapped(initializer));
    const declared = model.initializers.get(initializer)!;
    if (declared.shape.join() !== source.shape.join()) {
      throw inputError(
        `${checkpoint.name}: tensor ${source.name} is ${formatShape(source.shape)} in the checkpoint and ${formatShape(declared.shape)} in ${model.name}; was the model exported from another version of the network, or for another number of classes?`,
      );
    }
    const role = !isFloating(source.dtype) ? 'constant' : statistics.has(initializer) ? 'statistic' : 'parameter';
    if (role === 'parameter') parameters += elementCount(source.shape);
    matches.push({ tensor: source.name, initializer, role, rule: exact ? 'name' : 'prefix', source });
  }
  return { matches, unmatched: { checkpoint: unmatched, model: [...byName.values()] }, parameters };
}

/** The initializers that some node uses, in the file's order. */
function usedInitializers(model: ModelFile): Set<string> {
  const used = new Set(model.nodes.flatMap(node => node.input ?? []).concat(model.outputs));
  return new Set([...model.initializers.keys()].filter(name => used.has(name)));
}

/** Means and variances of normalisation layers: measured, not trained, so no part of θ. */
const normalizationStatistics = (model: ModelFile): ReadonlySet<string> =>
  new Set(model.nodes.filter(node => node.op_type === 'BatchNormalization').flatMap(node => node.input!.slice(3, 5)));

/**
 * Reads what the model needs from the checkpoint.
 * Throws `input` where the checkpoint lacks a tensor of the model, or has nothing that it uses.
 */
export async function bindCheckpoint(model: ModelFile, checkpoint: Checkpoint): Promise<Binding> {
  const { matches, unmatched, parameters } = matchTensors(model, checkpoint);
  // A scalar that only the model has is part of its architecture, such as the factor of an attention layer.
  const missing = unmatched.model.filter(name => {
    const { dtype, shape } = model.initializers.get(name)!;
    return isFloating(dtype) && shape.length > 0;
  });
  if (missing.length > 0) {
    const [first] = missing;
    const shape = formatShape(model.initializers.get(first!)!.shape);
    const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
    throw inputError(
      `${checkpoint.name}: the checkpoint lacks the tensor ${first} (${shape})${more} of ${model.name}; export the model from this network with constant folding off (do_constant_folding=False), so that its tensors keep their names.`,
    );
  }
  if (parameters === 0) {
    throw inputError(
      `${checkpoint.name}: no tensor of the checkpoint is a parameter of ${model.name}; do they belong together?`,
    );
  }

  const theta = new Float32Array(parameters);
  const slots: ParameterSlot[] = [];
  const initializers: string[] = [];
  const constants = new Map<string, Tensor<GraphType>>();
  const digest = createHash('sha256');
  const rounded: string[] = [];
  let offset = 0;
  for (const { source, initializer, role } of matches) {
    const tensor = await source.read();
    digest.update(`${initializer}\0${tensor.dtype}\0${tensor.shape.join()}\0`);
    digest.update(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
    if (role === 'parameter') {
      theta.set(toFloat32(tensor), offset);
      const size = elementCount(source.shape);
      slots.push({ name: source.name, key: unwrapped(initializer), shape: source.shape, offset, size });
      initializers.push(initializer);
      offset += size;
      if (tensor.dtype === 'float64') rounded.push(source.name);
    } else {
      constants.set(
        initializer,
        toGraphTensor(tensor, problem => inputError(`${checkpoint.name}: tensor ${source.name}: ${problem}`)),
      );
    }
  }
  const notes =
    rounded.length === 0 ? [] : [`${rounded.length} float64 parameters (${rounded[0]} …) were rounded to float32.`];
  return { slots, initializers, theta, constants, digest: digest.digest('hex'), notes };
}
