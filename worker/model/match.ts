/** Finds which tensor of a checkpoint supplies which initializer of a model: by name, else by contents, else as tied. */
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { inputError } from '../errors.ts';
import { allNodes, type ModelFile } from '../graph/onnx/read.ts';
import type { Initializer } from '../graph/onnx/tensors.ts';
import type { Match } from '../results.ts';
import { elementCount, formatShape, isFloating, type LazyTensor } from '../tensor.ts';
import { compareContents, type Orientation } from './contents.ts';
import { weightAxes } from './kernelLayout.ts';
import { commonPrefix, isTreeName, treeName, unwrapped } from './names.ts';

/** A match and the tensor it is about. */
export type SourcedMatch = Match & { readonly source: LazyTensor };

export interface Matching {
  /** In the checkpoint's order, an initializer each; a tied tensor comes once for each of its initializers. */
  readonly matches: readonly SourcedMatch[];
  readonly unmatched: { readonly checkpoint: readonly string[]; readonly model: readonly string[] };
  /** What a user should know of how it was done. */
  readonly notes: readonly string[];
}

/** Other checkpoints of the same network, one of which the model may have been exported from. */
export type Siblings = () => AsyncIterable<Checkpoint>;

const noSiblings: Siblings = async function* () {};

/**
 * Matches a checkpoint's tensors to a model's initializers.
 * Throws `input` where a tensor matched by name has another shape than the model's, or a prefix is ambiguous.
 */
export async function matchTensors(
  model: ModelFile,
  checkpoint: Checkpoint,
  siblings: Siblings = noSiblings,
): Promise<Matching> {
  const matcher = new Matcher(model, checkpoint);
  matcher.byName();
  matcher.byTree();
  await matcher.byTie();
  await matcher.byContents(checkpoint.tensors, siblings);
  await matcher.byTie();
  return matcher.result();
}

class Matcher {
  private readonly tensors: ReadonlyMap<string, LazyTensor>;
  private readonly statistics: ReadonlySet<string>;
  /** Initializers that some node uses, by name. */
  private readonly used: ReadonlyMap<string, Initializer>;
  private readonly found = new Map<string, SourcedMatch>();
  private readonly notes: string[] = [];

  constructor(
    private readonly model: ModelFile,
    private readonly checkpoint: Checkpoint,
  ) {
    this.tensors = new Map(checkpoint.tensors.map(tensor => [tensor.name, tensor]));
    this.statistics = normalizationStatistics(model);
    this.used = usedInitializers(model);
  }

  /** The same name, or the same but for what wrappers such as DataParallel or Lightning put before all of them. */
  byName(): void {
    const prefix = commonPrefix(this.checkpoint.name, [...this.tensors.keys()], [...this.used.keys()]);
    const bare = new Map([...this.tensors.values()].map(tensor => [unwrapped(prefix.ofTensor(tensor.name)), tensor]));
    for (const initializer of this.used.values()) {
      const exact = this.tensors.get(initializer.name);
      const source = exact ?? bare.get(unwrapped(prefix.ofInitializer(initializer.name)));
      if (!source) continue;
      const orientation = this.orientationByShape(source, initializer);
      this.add(source, initializer, exact ? 'name' : 'prefix', orientation);
    }
  }

  /** The same path through a tree of arrays, with the kernels that its layers have in place of weights. */
  byTree(): void {
    const trees = [...this.tensors.values()].filter(({ name }) => isTreeName(name));
    const missing = this.missing();
    if (trees.length === 0 || missing.length === 0) return;
    const names = trees.map(({ name }) => treeName(name));
    const prefix = commonPrefix(this.checkpoint.name, names, [...this.used.keys()]);
    const bare = new Map(trees.map((tensor, index) => [prefix.ofTensor(names[index]!), tensor]));
    for (const initializer of missing) {
      const source = bare.get(prefix.ofInitializer(initializer.name));
      const isKernel = source !== undefined && /\bkernel\W*$/.test(source.name);
      const orientation =
        source && (isKernel ? this.orientationOfKernel(source, initializer) : sameShape(source, initializer));
      if (source && orientation) this.add(source, initializer, 'prefix', orientation);
    }
  }

  /** How a kernel, [...window, in, out], lies in what the model has in its place; null where it does not fit. */
  private orientationOfKernel(source: LazyTensor, initializer: Initializer): Orientation | null {
    const rank = initializer.shape.length;
    const uses = this.model.nodes.filter(node => node.input?.[1] === initializer.name);
    const isTurned = uses.some(node => node.op_type === 'Conv' || transposesSecond(node));
    if (rank < 2 || uses.length === 0 || !isTurned) return sameShape(source, initializer);
    const turned = weightAxes(rank).map(axis => source.shape[axis]);
    return turned.join() === initializer.shape.join() ? 'transposed' : null;
  }

  /**
   * The same contents, as they are or transposed: what an exporter renamed. The model's own values are those of the
   * checkpoint it was exported from, which may be this one or another of its run. Square weights whose use does not
   * tell whether they were transposed are settled so too.
   */
  async byContents(own: readonly LazyTensor[], siblings: Siblings): Promise<void> {
    const doubtful = this.doubtful();
    if (this.missing().length + doubtful.length === 0) return;
    if (await this.settle(own, doubtful)) return;
    for await (const sibling of siblings()) {
      if (await this.settle(sibling.tensors, doubtful)) return;
    }
    for (const { name } of doubtful) {
      this.notes.push(
        `${name} is square, and no checkpoint holds the model's own values, so that Basin cannot tell whether the exporter transposed it; keep the checkpoint the model was exported from beside the others.`,
      );
    }
  }

  /** Compares with the tensors of a checkpoint; whether nothing is left to settle. */
  private async settle(candidates: readonly LazyTensor[], doubtful: readonly Initializer[]): Promise<boolean> {
    const taken = new Set([...this.found.values()].map(match => match.tensor));
    const missing = this.missing();
    const questions = [...missing, ...doubtful];
    const answers = new Map<Initializer, { tensor: string; orientation: Orientation }>();
    for (const initializer of questions) {
      const named = this.found.get(initializer.name);
      const eligible = candidates.filter(({ name }) => (named ? name === named.tensor : !taken.has(name)));
      const equal = [];
      for (const candidate of eligible) {
        const orientation = await compareContents(initializer, candidate);
        if (orientation) equal.push({ tensor: candidate.name, orientation });
      }
      // Two tensors alike, such as biases that are all zero, tell nothing.
      if (equal.length === 1) answers.set(initializer, equal[0]!);
    }
    if (answers.size < questions.length) return false;
    for (const [initializer, { tensor, orientation }] of answers) {
      const source = this.tensors.get(tensor);
      if (!source) return false;
      this.add(source, initializer, 'value', orientation);
    }
    return true;
  }

  /** Weights that the model uses twice under two names: the same contents in the model file. */
  async byTie(): Promise<void> {
    for (const initializer of this.missing()) {
      // A mean that only happened to equal a bias when the model was exported is no bias.
      if (this.statistics.has(initializer.name)) continue;
      const original = initializer.alias === undefined ? undefined : this.found.get(initializer.alias);
      if (original) {
        this.add(original.source, initializer, 'tied', original.transposed ? 'transposed' : 'same');
        continue;
      }
      for (const match of this.found.values()) {
        if (match.role !== 'parameter') continue;
        const twin = this.used.get(match.initializer)!;
        const lazy: LazyTensor = { ...twin, read: async () => twin.read() };
        const orientation = await compareContents(initializer, lazy);
        if (!orientation) continue;
        const turned = (match.transposed ?? false) !== (orientation === 'transposed');
        this.add(match.source, initializer, 'tied', turned ? 'transposed' : 'same');
        break;
      }
    }
  }

  result(): Matching {
    const matches = [...this.found.values(), ...this.sameMemory()];
    const matched = new Set(matches.map(match => match.tensor));
    const order = new Map(this.checkpoint.tensors.map(({ name }, index) => [name, index]));
    return {
      matches: matches.sort((a, b) => order.get(a.tensor)! - order.get(b.tensor)!),
      unmatched: {
        checkpoint: [...this.tensors.keys()].filter(name => !matched.has(name)),
        model: [...this.used.keys()].filter(name => !this.found.has(name)),
      },
      notes: this.notes,
    };
  }

  /** Tensors of the checkpoint that are used under another name of the same memory. */
  private sameMemory(): SourcedMatch[] {
    const used = new Map([...this.found.values()].map(match => [match.source.storage, match]));
    const matched = new Set([...this.found.values()].map(match => match.tensor));
    return [...this.tensors.values()].flatMap(source => {
      const match = source.storage === undefined || matched.has(source.name) ? undefined : used.get(source.storage);
      return match ? [{ ...match, tensor: source.name, source, rule: 'tied' as const }] : [];
    });
  }

  private add(source: LazyTensor, initializer: Initializer, rule: Match['rule'], orientation: Orientation): void {
    const { name } = initializer;
    const trained = this.model.frozen?.has(name) ? 'constant' : 'parameter';
    const role = !isFloating(source.dtype) ? 'constant' : this.statistics.has(name) ? 'statistic' : trained;
    const transposed = orientation === 'transposed' ? { transposed: true as const } : {};
    this.found.set(name, { tensor: source.name, initializer: name, role, rule, source, ...transposed });
  }

  private orientationByShape(source: LazyTensor, initializer: Initializer): Orientation {
    const declared = initializer.shape;
    if (declared.join() === source.shape.join()) return 'same';
    if (declared.length === 2 && [...declared].reverse().join() === source.shape.join()) return 'transposed';
    throw inputError(
      `${this.checkpoint.name}: tensor ${source.name} is ${formatShape(source.shape)} in the checkpoint and ${formatShape(declared)} in ${this.model.name}; was the model exported from another version of the network, or for another number of classes?`,
    );
  }

  /** Floating tensors of the model that no tensor supplies yet; a scalar is part of the architecture. */
  private missing(): Initializer[] {
    return [...this.used.values()].filter(
      ({ name, dtype, shape }) =>
        !this.found.has(name) && isFloating(dtype) && elementCount(shape) > 0 && shape.length > 0,
    );
  }

  /**
   * Square weights that x·W uses as they are although PyTorch's linear layers keep Wᵀ: the exporter may have transposed
   * them, and the shape cannot tell.
   */
  private doubtful(): Initializer[] {
    const plain = new Set(
      this.model.nodes
        .filter(node => node.op_type === 'MatMul' || (node.op_type === 'Gemm' && !transposesSecond(node)))
        .map(node => node.input?.[1]),
    );
    return [...this.used.values()].filter(({ name, shape }) => {
      const match = this.found.get(name);
      return match && plain.has(name) && shape.length === 2 && shape[0] === shape[1] && name.endsWith('weight');
    });
  }
}

const sameShape = (source: LazyTensor, initializer: Initializer): Orientation | null =>
  source.shape.join() === initializer.shape.join() ? 'same' : null;

const transposesSecond = (node: ModelFile['nodes'][number]): boolean =>
  node.attribute?.some(({ name, i }) => name === 'transB' && Number(i ?? 0) !== 0) ?? false;

/** The initializers that some node uses, in the file's order. */
function usedInitializers(model: ModelFile): Map<string, Initializer> {
  const used = new Set(
    allNodes(model.nodes)
      .flatMap(node => node.input ?? [])
      .concat(model.outputs),
  );
  return new Map([...model.initializers].filter(([name]) => used.has(name)));
}

/** Means and variances of normalisation layers: measured, not trained, so no part of θ. */
const normalizationStatistics = (model: ModelFile): ReadonlySet<string> =>
  new Set(
    allNodes(model.nodes)
      .filter(node => node.op_type === 'BatchNormalization')
      .flatMap(node => node.input!.slice(3, 5)),
  );
