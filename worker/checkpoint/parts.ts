/** What the names of files tell of checkpoints in several of them. Nothing is read. */

/** One of the files that an index of Hugging Face's libraries names. */
const INDEXED_SHARD = /-(\d{5})-of-(\d{5})\.(bin|safetensors|pt|pth)$/;

/** One of the files that TensorFlow.js's converter cuts weights into, `group1-shard2of3.bin`; savers of one's own, `model-2of3.bin`. */
const TENSORFLOW_JS_SHARD = /(?:-|shard)(\d+)of(\d+)\.bin$/;

/** What TensorFlow.js calls the description of a model; its weights lie beside it. */
const MODEL_JSON = 'model.json';

/** What Hugging Face's libraries call the weights in a folder of theirs, the one they load first before the others. */
const WEIGHTS: readonly string[] = [
  'model.safetensors',
  'pytorch_model.bin',
  'diffusion_pytorch_model.safetensors',
  'diffusion_pytorch_model.bin',
].flatMap(name => [name, `${name}.index.json`]);

/** What trainers write beside the weights, which is no checkpoint: the optimizer's state, random states, options. */
const TRAINER_FILES =
  /^(optimizer(_\d+)?\.(pt|bin)|scheduler(_\d+)?\.(pt|bin)|scaler\.pt|sampler(_\d+)?\.bin|rng_state(_\d+)?\.pth|training_args\.bin|random_states_\d+\.pkl)$/;

/** A folder that holds these is no checkpoint of a run but a run, with the weights of its end beside them. */
const CHECKPOINT_FOLDER = /^checkpoint[-_]\d+$/;

/** Whether a file is what a trainer of Hugging Face's keeps beside the weights, by its name. */
export const isTrainerFile = (name: string): boolean => TRAINER_FILES.test(name);

/** Which part of how many a file is, and of what; null where it is none, or the only one that an index would name. */
export function partIn(name: string): { readonly part: number; readonly of: number; readonly index: string } | null {
  const [, part, of] = INDEXED_SHARD.exec(name) ?? [];
  if (Number(of) > 1) return { part: Number(part), of: Number(of), index: '.index.json' };
  const [, own, all] = TENSORFLOW_JS_SHARD.exec(name) ?? [];
  return all === undefined ? null : { part: Number(own), of: Number(all), index: MODEL_JSON };
}

/** Whether a file is one of several that hold a checkpoint together, by its name. */
export const isShard = (name: string): boolean => partIn(name) !== null;

/** Whether a file names the shards of a checkpoint, by its name. */
export const isIndexName = (name: string): boolean => /\.(safetensors|bin)\.index\.json$/.test(name);

/** Whether a file stands for itself and others beside it, by its name. */
export const isFirstOfSeveral = (name: string): boolean => name === MODEL_JSON || isIndexName(name);

/** Whether a file is called as the weights in a folder are that is one checkpoint, so that its name tells nothing of it. */
export const isNamedByFolder = (name: string): boolean => name === MODEL_JSON || WEIGHTS.includes(name);

/**
 * The file to read first of the folder that holds these names: the weights by the name that libraries give them, else the
 * only index of shards, else the description of TensorFlow.js's weights; null where it is no checkpoint.
 */
export function weightsIn(names: readonly string[]): string | null {
  const known = WEIGHTS.find(name => names.includes(name));
  if (known !== undefined) return known;
  const [index, ...others] = names.filter(isIndexName);
  if (index !== undefined) return others.length === 0 ? index : null;
  return names.includes(MODEL_JSON) && names.some(isWeights('.bin')) ? MODEL_JSON : null;
}

/** Whether a folder is a checkpoint of a run, or one that is being written, by the names in it. */
export const isCheckpointFolder = (names: readonly string[]): boolean =>
  (weightsIn(names) !== null || names.some(isShard)) && !names.some(name => CHECKPOINT_FOLDER.test(name));

/**
 * The names of the files that hold a checkpoint together, of those that lie in its folder: of an index, all of the ending
 * of its shards, whatever they are called.
 * @param first the file to read first; null: the one of a folder that is a checkpoint.
 */
export function partsOf(first: string | null, names: readonly string[]): readonly string[] {
  const file = first ?? weightsIn(names);
  if (file === null) return names.filter(isShard).sort();
  if (!isFirstOfSeveral(file)) return [file];
  const ending = file === MODEL_JSON ? '.bin' : file.replace(/^.*(\.\w+)\.index\.json$/, '$1');
  return [file, ...names.filter(isWeights(ending)).sort()];
}

/** Whether a file may hold weights that another one names. */
const isWeights =
  (ending: string) =>
  (name: string): boolean =>
    name.endsWith(ending) && !isTrainerFile(name) && !WEIGHTS.includes(name);
