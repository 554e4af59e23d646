/** What Keras writes: HDF5 files of its versions 2 and 3, and the archives of version 3. */
import { inputError } from '../errors.ts';
import { HDF5_MAGIC, type Hdf5File, openHdf5 } from '../io/hdf5/file.ts';
import type { ListedDataset } from '../io/hdf5/protocol.ts';
import { type ByteSource, fromBytes } from '../io/source.ts';
import { listTensors, type TensorList } from '../io/tensorList.ts';
import type { ZipArchive, ZipEntry } from '../io/zip.ts';
import { elementCount, type LazyTensor, numberAt } from '../tensor.ts';
import { ARCHITECTURE_MAX, parseArchitecture } from './architecture.ts';
import type { Architecture, Content } from './checkpoint.ts';

const WEIGHTS_ENTRY = 'model.weights.h5';
const CONFIG_ENTRY = 'config.json';

/** Keras stores its entries; one that somebody compressed has to be held in memory, since HDF5 reads here and there. */
const INFLATED_MAX = 1 << 30;

/** Whether an archive is what Keras 3 saves as `.keras`. */
export const isKerasArchive = (archive: ZipArchive): boolean =>
  archive.entries.some(({ name }) => name === WEIGHTS_ENTRY) &&
  archive.entries.some(({ name }) => name === CONFIG_ENTRY);

/** A `.keras` archive (keras/src/saving/saving_lib.py): the model's configuration beside its weights as HDF5. */
export async function readKerasArchive(archive: ZipArchive): Promise<Content> {
  const entry = (name: string): ZipEntry => archive.entries.find(candidate => candidate.name === name)!;
  const content = await readHdf5(await inMemoryWhereCompressed(archive, entry(WEIGHTS_ENTRY)));
  const config = archive.open(entry(CONFIG_ENTRY));
  const read = async () => {
    if (config.size > ARCHITECTURE_MAX) throw tooLarge(config.name, config.size);
    const text = Buffer.from(await config.read(0, config.size)).toString('utf8');
    const model = parseArchitecture(config.name, text);
    return { model, training: model.compile_config ?? null };
  };
  return { ...content, format: 'Keras 3', architecture: { format: 'layers', name: config.name, read } };
}

async function inMemoryWhereCompressed(archive: ZipArchive, entry: ZipEntry): Promise<ByteSource> {
  const source = archive.open(entry);
  if (!entry.compressed) return source;
  if (entry.size > INFLATED_MAX) {
    throw inputError(`${source.name}: is compressed and ${entry.size} bytes long; save the model again with Keras.`);
  }
  return fromBytes(source.name, await source.read(0, entry.size), { whole: true });
}

/** Whether a file begins as HDF5 files do, or is cut short within that. */
export const isHdf5 = (head: Buffer): boolean =>
  HDF5_MAGIC.subarray(0, head.length).equals(head.subarray(0, HDF5_MAGIC.length));

/**
 * An HDF5 file: weights under the names that Keras 2 lists in `weight_names`, or else every dataset under its path, as
 * Keras 3 finds its own. Weights of the optimizer are left out; its count of iterations is the step.
 */
export async function readHdf5(source: ByteSource): Promise<Content> {
  const file = await openHdf5(source);
  try {
    const layers = LAYER_GROUPS.find(path => hasTexts(file, path, 'layer_names'));
    const content = layers === undefined ? await readByPath(source, file) : await readByLayer(source, file, layers);
    const architecture = modelArchitecture(source, file);
    return { ...content, ...(architecture && { architecture }), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** `save_weights` of Keras 2 writes the layers to the root, `save` beside the architecture. */
const LAYER_GROUPS = ['model_weights', ''];

type Found = Pick<Content, 'format' | 'step' | 'epoch' | 'tensors' | 'unreadable'>;

/** Every dataset outside of `optimizer`, whose own first variable counts iterations (Keras 3). */
async function readByPath(source: ByteSource, file: Hdf5File): Promise<Found> {
  const ofOptimizer = (path: string): boolean => path.startsWith('optimizer/');
  const chosen = file.datasets.filter(({ path }) => !ofOptimizer(path)).sort((a, b) => comparePaths(a.path, b.path));
  const list = await listTensors(
    chosen.map(dataset => [dataset.path, () => file.tensor(dataset.path, dataset)] as const),
  );
  const variables = chosen.some(({ path }) => /(^|\/)vars\/\d+$/.test(path));
  const iterations = file.datasets.find(({ path }) => path === 'optimizer/vars/0');
  const others = file.others.filter(([path]) => !ofOptimizer(path)).map(([path, what]) => [path, what] as const);
  return {
    format: variables ? 'Keras 3 weights' : 'HDF5',
    step: await countIn(file, iterations),
    epoch: null,
    ...withOthers(source, list, others),
  };
}

/** Layers and variables are numbered, and 10 comes after 9: `dense`, `dense_1`, `dense_10`. */
function comparePaths(a: string, b: string): number {
  const others = b.split('/');
  for (const [index, part] of a.split('/').entries()) {
    const order = part.localeCompare(others[index] ?? '', 'en', { numeric: true });
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Every layer's weights in the layers' order (Keras 2's hdf5_format.py, which Keras 3 keeps for `.h5`). */
async function readByLayer(source: ByteSource, file: Hdf5File, root: string): Promise<Found> {
  const datasets = new Map(file.datasets.map(dataset => [dataset.path, dataset]));
  const weights: { layer: string; name: string; dataset: ListedDataset | undefined }[] = [];
  const layers = [...(await readNames(file, root, 'layer_names')), TOP_LEVEL];
  for (const layer of new Set(layers)) {
    const group = joined(root, layer);
    for (const name of await readNames(file, group, 'weight_names')) {
      weights.push({ layer, name, dataset: datasets.get(joined(group, name)) });
    }
  }
  const names = new Set(weights.map(({ name }) => name));
  // Layers of models inside the model may share names: then each is told by its layer.
  const named =
    names.size === weights.length ? weights : weights.map(own => ({ ...own, name: `${own.layer}/${own.name}` }));
  const list = await listTensors(
    named.map(({ layer, name, dataset }) => [name, () => tensorOf(source, file, layer, name, dataset)] as const),
  );
  return { format: 'Keras 2', step: await optimizerStep(file, datasets), epoch: null, ...list };
}

/** Where Keras 2 keeps weights of the model that are none of a layer's. */
const TOP_LEVEL = 'top_level_model_weights';

const joined = (group: string, name: string): string => (group === '' ? name : `${group}/${name}`);

function tensorOf(
  source: ByteSource,
  file: Hdf5File,
  layer: string,
  name: string,
  dataset: ListedDataset | undefined,
): LazyTensor {
  if (dataset !== undefined) return file.tensor(name, dataset);
  throw inputError(`${source.name}: tensor ${name} of layer ${layer} is listed and not there; save the model again.`);
}

const OPTIMIZER = 'optimizer_weights';

async function optimizerStep(file: Hdf5File, datasets: ReadonlyMap<string, ListedDataset>): Promise<number | null> {
  const names = await readNames(file, OPTIMIZER, 'weight_names');
  const name = names.find(candidate => /(^|\/)iter(ations?)?(:0)?$/.test(candidate));
  return countIn(file, name === undefined ? undefined : datasets.get(joined(OPTIMIZER, name)));
}

/** The whole number that a dataset of one element holds; null where it holds no such thing. */
async function countIn(file: Hdf5File, dataset: ListedDataset | undefined): Promise<number | null> {
  if (dataset?.type !== 'integer' || elementCount(dataset.shape ?? [0]) !== 1) return null;
  const { data } = await file.tensor(dataset.path, dataset).read();
  const count = numberAt(data, 0);
  return Number.isSafeInteger(count) && count >= 0 ? count : null;
}

const hasTexts = (file: Hdf5File, group: string, attribute: string): boolean =>
  file.groups.some(({ path, attributes }) => path === group && isListed(attributes, attribute));

/** Long lists lie in several attributes, with numbers behind their name. */
const isListed = (attributes: readonly string[], name: string): boolean =>
  attributes.includes(name) || attributes.includes(`${name}0`);

/** A list of names that a group keeps; empty where there is none, which NumPy writes as numbers. */
async function readNames(file: Hdf5File, group: string, name: string): Promise<readonly string[]> {
  const attributes = file.groups.find(({ path }) => path === group)?.attributes ?? [];
  if (attributes.includes(name)) return (await file.texts(group, name)) ?? [];
  const names: string[] = [];
  for (let part = 0; attributes.includes(`${name}${part}`); part++) {
    names.push(...((await file.texts(group, `${name}${part}`)) ?? []));
  }
  return names;
}

function withOthers(source: ByteSource, list: TensorList, others: Hdf5File['others']): TensorList {
  const reasons = others.map(([name, what]) => ({
    name,
    reason: `${source.name}: tensor ${name} ${what}; save it again.`,
  }));
  if (list.tensors.length > 0 || list.unreadable.length > 0)
    return { ...list, unreadable: [...list.unreadable, ...reasons] };
  throw inputError(
    reasons[0]?.reason ??
      `${source.name}: an HDF5 file without arrays; save the model's weights with model.save_weights.`,
  );
}

/** The architecture that Keras 2 writes into attributes of the root. */
function modelArchitecture(source: ByteSource, file: Hdf5File): Architecture | undefined {
  const attributes = file.groups.find(({ path }) => path === '')?.attributes ?? [];
  if (!attributes.includes('model_config')) return undefined;
  const read = async (attribute: string): Promise<unknown> => {
    if (!attributes.includes(attribute)) return null;
    const [text = ''] = (await file.texts('', attribute)) ?? [];
    return parseArchitecture(`${source.name}#${attribute}`, text);
  };
  return {
    format: 'layers',
    name: `${source.name}#model_config`,
    read: async () => ({ model: await read('model_config'), training: await read('training_config') }),
  };
}

const tooLarge = (name: string, size: number): Error =>
  inputError(`${name}: an architecture of ${size} bytes, more than any model needs; save the model again.`);
