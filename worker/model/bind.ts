import { createHash } from 'node:crypto';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { inputError } from '../errors.ts';
import { toGraphTensor } from '../graph/onnx/convert.ts';
import type { ModelFile } from '../graph/onnx/read.ts';
import type { GraphType } from '../graph/types.ts';
import { elementCount, formatShape, isFloating, type Tensor, toFloat32 } from '../tensor.ts';
import { type Matching, matchTensors, type Siblings, type SourcedMatch } from './match.ts';
import { unwrapped } from './names.ts';
import { type ParameterFilter, selects } from './parameterFilter.ts';

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

/** What an initializer of the model is: a parameter as it is or transposed, or a constant of the checkpoint. */
export type BoundInitializer =
  | { readonly kind: 'parameter'; readonly slot: ParameterSlot; readonly transposed: boolean }
  | { readonly kind: 'constant'; readonly tensor: Tensor<GraphType>; readonly transposed: boolean };

/** A checkpoint's contents in the places a model has for them. */
export interface Binding {
  readonly slots: readonly ParameterSlot[];
  /** By the initializer's name; those that are absent keep the model's own value. */
  readonly initializers: ReadonlyMap<string, BoundInitializer>;
  /** All parameters, one after the other as the slots say. */
  readonly theta: Float32Array;
  /** SHA-256 (hex) of everything that was taken from the checkpoint, with its names in the model and its shapes. */
  readonly digest: string;
  readonly notes: readonly string[];
}

export interface BindOptions {
  /** Which parameters θ consists of; the others are constants. */
  readonly parameters?: ParameterFilter;
  readonly siblings?: Siblings;
  /** Sees what was matched before any of it is read, and may refuse. */
  readonly inspect?: (matches: readonly SourcedMatch[]) => void;
}

/**
 * Reads what the model needs from the checkpoint.
 * Throws `input` where the checkpoint lacks a tensor of the model, holds tensors that a right export would use, or has
 * nothing that is a parameter.
 */
export async function bindCheckpoint(
  model: ModelFile,
  checkpoint: Checkpoint,
  options: BindOptions = {},
): Promise<Binding> {
  const matching = await matchTensors(model, checkpoint, options.siblings);
  const problem = problemOf(model, checkpoint, matching);
  if (problem) throw inputError(problem);
  options.inspect?.(matching.matches);

  const reader = new BindingReader(checkpoint.name, options.parameters);
  for (const match of matching.matches) await reader.take(match);
  return reader.finish(model, matching);
}

/**
 * Why a checkpoint cannot be bound to a model, as a sentence with the remedy; null where it can.
 * A tensor that the graph needs and the checkpoint lacks is never the model file's own value in silence.
 */
export function problemOf(model: ModelFile, checkpoint: Checkpoint, { matches, unmatched }: Matching): string | null {
  const describe = (name: string) => `${name} (${formatShape(model.initializers.get(name)!.shape)})`;
  const folded = unmatched.checkpoint.find(name => /\.running_(mean|var)$/.test(name));
  if (folded) {
    return `${checkpoint.name}: ${model.name} has no place for ${folded}, because the exporter folded BatchNorm into the layer before it; export the model again with training=torch.onnx.TrainingMode.PRESERVE and do_constant_folding=False.`;
  }
  // A scalar that only the model has is part of its architecture, such as the factor of an attention layer.
  const missing = unmatched.model.filter(name => {
    const { dtype, shape } = model.initializers.get(name)!;
    return isFloating(dtype) && shape.length > 0;
  });
  const refused = checkpoint.unreadable.find(({ name }) =>
    missing.some(wanted => name === wanted || name.endsWith(`.${wanted}`)),
  );
  if (refused) return refused.reason;
  const [first] = missing;
  if (first !== undefined) {
    const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
    const remedy = /^(onnx::|\d+$|_val_|val_)/.test(first)
      ? `the exporter renamed it, and no checkpoint in this folder holds the values the model was exported with; export the model again with do_constant_folding=False, or keep that checkpoint beside the others`
      : `export the model from this network with do_constant_folding=False, so that its tensors keep their names`;
    return `${checkpoint.name}: the checkpoint lacks the tensor ${describe(first)}${more} of ${model.name}; ${remedy}.`;
  }
  if (!matches.some(({ role }) => role === 'parameter')) {
    return `${checkpoint.name}: no tensor of the checkpoint is a parameter of ${model.name}; do they belong together?`;
  }
  return null;
}

/** Reads matched tensors one after the other, each once, and lays the parameters out in θ. */
class BindingReader {
  private readonly digest = createHash('sha256');
  private readonly initializers = new Map<string, BoundInitializer>();
  private readonly parts: Float32Array[] = [];
  private readonly slots: ParameterSlot[] = [];
  /** Slots by the memory behind them: a tied tensor counts once. */
  private readonly bySource = new Map<string, ParameterSlot>();
  private readonly rounded: string[] = [];
  private readonly fixed: string[] = [];
  private size = 0;

  constructor(
    private readonly checkpoint: string,
    private readonly filter: ParameterFilter | undefined,
  ) {}

  async take({ source, initializer, role, transposed: turned }: SourcedMatch): Promise<void> {
    const transposed = turned === true;
    const identity = source.storage ?? source.name;
    const known = this.bySource.get(identity);
    if (known) {
      this.initializers.set(initializer, { kind: 'parameter', slot: known, transposed });
      return;
    }
    const tensor = await source.read();
    this.digest.update(`${initializer}\0${tensor.dtype}\0${tensor.shape.join()}\0`);
    this.digest.update(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
    if (tensor.dtype === 'float64') this.rounded.push(source.name);
    if (role === 'parameter' && selects(this.filter, source.name)) {
      const key = unwrapped(initializer);
      const slot = { name: source.name, key, shape: source.shape, offset: this.size, size: elementCount(source.shape) };
      this.size += slot.size;
      this.slots.push(slot);
      this.parts.push(toFloat32(tensor));
      this.bySource.set(identity, slot);
      this.initializers.set(initializer, { kind: 'parameter', slot, transposed });
    } else {
      if (role === 'parameter') this.fixed.push(source.name);
      const refuse = (problem: string) => inputError(`${this.checkpoint}: tensor ${source.name}: ${problem}`);
      this.initializers.set(initializer, { kind: 'constant', tensor: toGraphTensor(tensor, refuse), transposed });
    }
  }

  finish(model: ModelFile, { unmatched, notes }: Matching): Binding {
    if (this.slots.length === 0) {
      throw inputError(
        `${this.checkpoint}: "parameters" selects none of its parameters, such as ${this.fixed[0]}; check the patterns in basin.json or --parameters.`,
      );
    }
    const theta = new Float32Array(this.size);
    this.slots.forEach(({ offset }, index) => {
      theta.set(this.parts[index]!, offset);
    });
    const listed = (names: readonly string[]) => `${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`;
    const unused = unmatched.checkpoint.filter(name => !name.endsWith('num_batches_tracked'));
    const all = [...notes];
    if (this.rounded.length > 0) all.push(`float64 tensors were rounded to float32: ${listed(this.rounded)}.`);
    if (this.fixed.length > 0) all.push(`Parameters held fixed as asked: ${listed(this.fixed)}.`);
    if (unused.length > 0) all.push(`Tensors of the checkpoint that ${model.name} does not use: ${listed(unused)}.`);
    return {
      slots: this.slots,
      initializers: this.initializers,
      theta,
      digest: this.digest.digest('hex'),
      notes: all,
    };
  }
}
