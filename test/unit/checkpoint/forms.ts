/** Writes a checkpoint of another format in the forms of the other ecosystems. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { type NamedArray, writeNpz } from '../../../worker/io/npzWriter.ts';
import { safetensorsBytes } from '../../../worker/io/safetensorsWriter.ts';
import { kernelAxes, permuted } from '../../../worker/model/kernelLayout.ts';
import { toFloat32 } from '../../../worker/tensor.ts';

/** The floating tensors of a checkpoint; what counts batches is none. */
export async function arraysOf(path: string): Promise<readonly NamedArray[]> {
  const checkpoint = await openCheckpoint(path);
  try {
    const arrays: NamedArray[] = [];
    for (const tensor of checkpoint.tensors) {
      if (!tensor.dtype.startsWith('float')) continue;
      arrays.push({ name: tensor.name, shape: tensor.shape, data: toFloat32(await tensor.read()) });
    }
    return arrays;
  } finally {
    await checkpoint.close();
  }
}

export const safetensors = (arrays: readonly NamedArray[]): Buffer => Buffer.concat([...safetensorsBytes(arrays)]);

/** Writes shards of two tensors each, and their index, as `save_pretrained` does. */
export async function writeShards(folder: string, arrays: readonly NamedArray[]): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const count = Math.ceil(arrays.length / 2);
  const nameOf = (shard: number): string =>
    `model-${String(shard + 1).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.safetensors`;
  const shards = Array.from({ length: count }, (_, shard) => nameOf(shard));
  for (const [shard, name] of shards.entries()) {
    await writeFile(join(folder, name), safetensors(arrays.slice(2 * shard, 2 * shard + 2)));
  }
  const places = arrays.map(({ name }, index) => [name, nameOf(Math.floor(index / 2))] as const);
  const index = { metadata: { total_size: 0 }, weight_map: Object.fromEntries(places) };
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  return shards;
}

/**
 * As JAX's users write the variables of a Flax module, with the optimiser's state beside them: names with slashes, a
 * kernel's axes [...window, in, out], a normalisation's scale and statistics.
 */
export async function writePytree(path: string, arrays: readonly NamedArray[], step: number): Promise<void> {
  const normalizations = new Set(
    arrays.flatMap(({ name }) => (name.endsWith('.running_mean') ? [name.slice(0, -'.running_mean'.length)] : [])),
  );
  const variables = arrays.map(array => asFlax(array, normalizations));
  const moments = variables
    .filter(({ name }) => name.startsWith('params/'))
    .map(own => ({ ...own, name: `opt_state/0/mu/${own.name}`, data: own.data.map(() => 1) }));
  await writeNpz(path, [{ name: 'step', shape: [1], data: Float32Array.of(step) }, ...moments, ...variables]);
}

function asFlax({ name, shape, data }: NamedArray, normalizations: ReadonlySet<string>): NamedArray {
  const parts = name.split('.');
  const leaf = parts.pop()!;
  const of = (collection: string, own: string) => [collection, ...parts, own].join('/');
  if (leaf === 'running_mean') return { name: of('batch_stats', 'mean'), shape, data };
  if (leaf === 'running_var') return { name: of('batch_stats', 'var'), shape, data };
  if (leaf !== 'weight') return { name: of('params', leaf), shape, data };
  if (normalizations.has(parts.join('.'))) return { name: of('params', 'scale'), shape, data };
  const axes = kernelAxes(shape.length);
  return { name: of('params', 'kernel'), shape: axes.map(axis => shape[axis]!), data: permuted(data, shape, axes) };
}
