import { dotted } from '../checkpoint/pytree.ts';
import { inputError } from '../errors.ts';

/** Wrappers that put their name before every tensor of a model: DataParallel and torch.compile. */
const WRAPPERS = /^(?:module\.|_orig_mod\.)+/;

/** A tensor's name without its wrappers'. */
export const unwrapped = (name: string): string => name.replace(WRAPPERS, '');

/** What Flax calls the parts of a layer, and PyTorch. */
const LEAVES: Readonly<Record<string, string>> = {
  kernel: 'weight',
  scale: 'weight',
  embedding: 'weight',
  mean: 'running_mean',
  var: 'running_var',
};

/** The collections of variables that Flax and Haiku put parameters and statistics in. */
const COLLECTIONS = /^(params|batch_stats|state|model_state)\./;

/** Whether a name is one of a tree of arrays, whose parts no dots separate. */
export const isTreeName = (name: string): boolean => /[/[]/.test(name);

/** What a tensor of a tree would be called by PyTorch: `params/fc/kernel` is `fc.weight`. */
export function treeName(name: string): string {
  const parts = unwrapped(dotted(name).replace(COLLECTIONS, '')).split('.');
  const leaf = parts.pop()!;
  return [...parts, Object.hasOwn(LEAVES, leaf) ? LEAVES[leaf]! : leaf].join('.');
}

/** Strips what stands before the names of one side only. */
export interface CommonPrefix {
  ofTensor(name: string): string;
  ofInitializer(name: string): string;
}

/**
 * Finds the module that a whole model is an attribute of on one side, such as `model.` of a Lightning checkpoint: the
 * prefix with which most names of the one side are names of the other.
 * Throws `input` where two prefixes do equally well, as in a file that holds a network and its moving average.
 */
export function commonPrefix(
  checkpoint: string,
  tensors: readonly string[],
  initializers: readonly string[],
): CommonPrefix {
  const onTensors = bestPrefix(checkpoint, tensors.map(unwrapped), initializers.map(unwrapped));
  const onInitializers = bestPrefix(checkpoint, initializers.map(unwrapped), tensors.map(unwrapped));
  const strip = (name: string, prefix: string) => {
    const bare = unwrapped(name);
    return bare.startsWith(prefix) ? bare.slice(prefix.length) : bare;
  };
  // Only one side can be the longer one.
  const tensorsAreLonger = onTensors.count >= onInitializers.count;
  return {
    ofTensor: name => strip(name, tensorsAreLonger ? onTensors.prefix : ''),
    ofInitializer: name => strip(name, tensorsAreLonger ? '' : onInitializers.prefix),
  };
}

function bestPrefix(
  checkpoint: string,
  long: readonly string[],
  short: readonly string[],
): { prefix: string; count: number } {
  const names = new Set(short);
  const counts = new Map<string, number>([['', long.filter(name => names.has(name)).length]]);
  for (const name of long) {
    // Every tail of the dotted name that is a name of the other side.
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const prefix = name.slice(0, dot + 1);
      if (names.has(name.slice(dot + 1))) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  const ranked = [...counts].sort(([, a], [, b]) => b - a);
  const [first, second] = ranked as [[string, number], [string, number]?];
  if (second && second[1] === first[1] && first[1] > 0 && first[0] !== '' && second[0] !== '') {
    throw inputError(
      `${checkpoint}: the model's tensors are there twice, under ${first[0]}* and ${second[0]}*; save one of them alone.`,
    );
  }
  // Where the bare names do as well as any, nothing is stripped.
  const bare = counts.get('')!;
  return bare >= first[1] ? { prefix: '', count: bare } : { prefix: first[0], count: first[1] };
}
