import { createHash } from 'node:crypto';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { inputError } from '../errors.ts';
import { toGraphTensor } from '../graph/onnx/convert.ts';
import { allNodes, type ModelFile } from '../graph/onnx/read.ts';
import type { GraphType } from '../graph/types.ts';
import { formatShape, isFloating, type Tensor, toFloat32 } from '../tensor.ts';
import { type Matching, matchTensors, type Siblings, type SourcedMatch } from './match.ts';
import { unwrapped } from './names.ts';
import { matchesAny, type ParameterFilter, selects } from './parameterFilter.ts';

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

/** Where a running mean or variance of a normalisation lies in the vector of statistics; the rest as of a parameter. */
export interface StatisticSlot extends ParameterSlot {
  readonly kind: 'mean' | 'variance';
}

/** What an initializer of the model is: a parameter as it is or transposed, or a constant of the checkpoint. */
export type BoundInitializer =
  | { readonly kind: 'parameter'; readonly slot: ParameterSlot; readonly transposed: boolean }
  | BoundConstant;

export interface BoundConstant {
  readonly kind: 'constant';
  /** The tensor's name in the checkpoint. */
  readonly name: string;
  readonly tensor: Tensor<GraphType>;
  readonly transposed: boolean;
  /** Of a normalisation's mean or variance: where it lies among the statistics. */
  readonly statistic?: StatisticSlot;
}

/** A checkpoint's contents in the places a model has for them. */
export interface Binding {
  readonly slots: readonly ParameterSlot[];
  /** By the initializer's name; those that are absent keep the model's own value. */
  readonly initializers: ReadonlyMap<string, BoundInitializer>;
  /** All parameters, one after the other as the slots say. */
  readonly theta: Float32Array;
  readonly statisticSlots: readonly StatisticSlot[];
  /** All running means and variances, one after the other as their slots say; empty where the network has none. */
  readonly statistics: Float32Array;
  /** SHA-256 (hex) of everything that was taken from the checkpoint, with its names in the model and its shapes. */
  readonly digest: string;
  readonly notes: readonly string[];
}

export interface BindOptions {
  /** Which parameters θ consists of; the others are constants. */
  readonly parameters?: ParameterFilter;
  readonly siblings?: Siblings;
  /** Patterns of tensors that no checkpoint has and that keep the model file's own values, as the user said. */
  readonly constants?: readonly string[];
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
  const problem = problemOf(model, checkpoint, matching, options.constants);
  if (problem) throw inputError(problem);
  options.inspect?.(matching.matches);

  const reader = new BindingReader(checkpoint.name, options.parameters, variancesOf(model));
  for (const match of matching.matches) await reader.take(match);
  return reader.finish(model, matching, keptConstants(model, matching, options.constants));
}

/**
 * Why a checkpoint cannot be bound to a model, as a sentence with the remedy; null where it can.
 * A tensor that the graph needs and the checkpoint lacks is never the model file's own value in silence.
 */
export function problemOf(
  model: ModelFile,
  checkpoint: Checkpoint,
  matching: Matching,
  constants: readonly string[] = [],
): string | null {
  const { matches, unmatched } = matching;
  const describe = (name: string) => `${name} (${formatShape(model.initializers.get(name)!.shape)})`;
  const folded = unmatched.checkpoint.find(name => /\.running_(mean|var)$/.test(name));
  if (folded) {
    return `${checkpoint.name}: ${model.name} has no place for ${folded}, because the exporter folded BatchNorm into the layer before it; export the model again with training=torch.onnx.TrainingMode.PRESERVE and do_constant_folding=False.`;
  }
  const missing = missingTensors(model, matching).filter(name => !matchesAny(constants, name));
  const refused = checkpoint.unreadable.find(({ name }) =>
    missing.some(wanted => name === wanted || name.endsWith(`.${wanted}`)),
  );
  if (refused) return refused.reason;
  const [first] = missing;
  if (first !== undefined) {
    const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
    const remedy = /^(onnx::|\d+$|_val_|val_)/.test(first)
      ? `the exporter renamed it, and no checkpoint in this folder holds the values the model was exported with; export the model again with do_constant_folding=False, or keep that checkpoint beside the others`
      : `export the model from this network with do_constant_folding=False, so that its tensors keep their names, or name it in "constants" of basin.json if it is no weight`;
    return `${checkpoint.name}: the checkpoint lacks the tensor ${describe(first)}${more} of ${model.name}; ${remedy}.`;
  }
  if (!matches.some(({ role }) => role === 'parameter')) {
    return `${checkpoint.name}: no tensor of the checkpoint is a parameter of ${model.name}; do they belong together?`;
  }
  return null;
}

/** What only the model file has. A scalar there is part of the architecture, such as the factor of an attention layer. */
const missingTensors = (model: ModelFile, { unmatched }: Matching): readonly string[] =>
  unmatched.model.filter(name => {
    const { dtype, shape } = model.initializers.get(name)!;
    return isFloating(dtype) && shape.length > 0;
  });

/** Tensors of the model file that keep its values because the user said so. */
const keptConstants = (model: ModelFile, matching: Matching, constants: readonly string[] = []): readonly string[] =>
  missingTensors(model, matching).filter(name => matchesAny(constants, name));

/** Initializers that normalisations take as running variances. */
const variancesOf = (model: ModelFile): ReadonlySet<string> =>
  new Set(
    allNodes(model.nodes).flatMap(node => (node.op_type === 'BatchNormalization' ? node.input!.slice(4, 5) : [])),
  );

/** Vectors with slots, one after the other. */
class Layout<S extends ParameterSlot> {
  readonly slots: S[] = [];
  private readonly parts: Float32Array[] = [];
  private size = 0;

  /** @param slot all of a slot but its place, which is the next one. */
  add(slot: Omit<S, 'offset' | 'size'>, values: Float32Array): S {
    const placed = { ...slot, offset: this.size, size: values.length } as S;
    this.size += values.length;
    this.slots.push(placed);
    this.parts.push(values);
    return placed;
  }

  vector(): Float32Array {
    const whole = new Float32Array(this.size);
    this.slots.forEach(({ offset }, index) => {
      whole.set(this.parts[index]!, offset);
    });
    return whole;
  }
}

/** What networks keep and no graph uses: PyTorch's counts of batches, and the states of Keras's random numbers. */
const COUNTERS = /num_batches_tracked$|(^|\/)(seed_)?generator\/vars\//;

/** Reads matched tensors one after the other, each once, and lays the parameters out in θ. */
class BindingReader {
  private readonly digest = createHash('sha256');
  private readonly initializers = new Map<string, BoundInitializer>();
  private readonly parameters = new Layout<ParameterSlot>();
  private readonly statistics = new Layout<StatisticSlot>();
  /** Slots by the memory behind them: a tied tensor counts once. */
  private readonly bySource = new Map<string, ParameterSlot>();
  private readonly rounded: string[] = [];
  private readonly fixed: string[] = [];

  constructor(
    private readonly checkpoint: string,
    private readonly filter: ParameterFilter | undefined,
    private readonly variances: ReadonlySet<string>,
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
    const { name, shape } = source;
    const key = unwrapped(initializer);
    if (role === 'parameter' && selects(this.filter, name)) {
      const slot = this.parameters.add({ name, key, shape }, toFloat32(tensor));
      this.bySource.set(identity, slot);
      this.initializers.set(initializer, { kind: 'parameter', slot, transposed });
      return;
    }
    if (role === 'parameter') this.fixed.push(name);
    const refuse = (problem: string) => inputError(`${this.checkpoint}: tensor ${name}: ${problem}`);
    const bound = { kind: 'constant', name, tensor: toGraphTensor(tensor, refuse), transposed } as const;
    if (role !== 'statistic') {
      this.initializers.set(initializer, bound);
      return;
    }
    // The same memory under another name.
    if (this.initializers.has(initializer)) return;
    const kind = this.variances.has(initializer) ? 'variance' : 'mean';
    const statistic = this.statistics.add({ name, key, shape, kind }, toFloat32(tensor));
    this.initializers.set(initializer, { ...bound, statistic });
  }

  finish(model: ModelFile, { unmatched, notes }: Matching, kept: readonly string[]): Binding {
    if (this.parameters.slots.length === 0) {
      throw inputError(
        `${this.checkpoint}: "parameters" selects none of its parameters, such as ${this.fixed[0]}; check the patterns in basin.json or --parameters.`,
      );
    }
    const listed = (names: readonly string[]) => `${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`;
    const unused = unmatched.checkpoint.filter(name => !COUNTERS.test(name));
    const all = [...notes, ...(model.notes ?? [])];
    if (this.rounded.length > 0) all.push(`float64 tensors were rounded to float32: ${listed(this.rounded)}.`);
    if (this.fixed.length > 0) all.push(`Parameters held fixed as asked: ${listed(this.fixed)}.`);
    if (kept.length > 0) all.push(`Kept at the values of ${model.name}, as asked: ${listed(kept)}.`);
    if (unused.length > 0) all.push(`Tensors of the checkpoint that ${model.name} does not use: ${listed(unused)}.`);
    return {
      slots: this.parameters.slots,
      initializers: this.initializers,
      theta: this.parameters.vector(),
      statisticSlots: this.statistics.slots,
      statistics: this.statistics.vector(),
      digest: this.digest.digest('hex'),
      notes: all,
    };
  }
}
