/** Checkpoints in several files, as Hugging Face's libraries write them: shards, and an index that names them. */
import { basename } from 'node:path';
import { type Decode, object, texts } from '../decode.ts';
import { incompleteError, inputError, messageOf } from '../errors.ts';
import type { Beside } from '../io/beside.ts';
import type { ByteSource } from '../io/source.ts';
import type { LazyTensor, UnreadableTensor } from '../tensor.ts';
import type { Content } from './checkpoint.ts';
import { parseUnambiguous } from './jsonText.ts';

/** An index of a hundred thousand tensors has some 10 MB. */
const INDEX_MAX = 32 << 20;
const TENSORS_MAX = 1_000_000;

/** The largest models that are published have some 200 shards; each is an open file until the checkpoint is closed. */
const SHARDS_MAX = 1000;

interface Index {
  /** The shard that each tensor lies in. */
  readonly weight_map: Readonly<Record<string, string>>;
}

const decodeIndex: Decode<Index> = object<Index>({ weight_map: texts(TENSORS_MAX) });

/** Whether a file begins as such an index does. */
export const isShardIndex = (head: Buffer): boolean => /^\s*\{.*"weight_map"\s*:\s*\{/s.test(head.toString('latin1'));

/** Reads a shard, whatever its format is. */
export type ReadShard = (source: ByteSource) => Promise<{ readonly format: string; readonly content: Content }>;

/**
 * A checkpoint of which an index names the shards (huggingface_hub, `split_state_dict_into_shards`): safetensors, or
 * what torch.save wrote. Shards stay open until the checkpoint is closed, and their tensors in them until read.
 * Throws `incomplete` where a shard is not there or is cut short; `input` where a tensor lies in two shards or not in the
 * one that the index says, and where a shard lies in another folder or is no checkpoint.
 */
export async function readShardIndex(source: ByteSource, beside: Beside, readShard: ReadShard): Promise<Content> {
  const places = Object.entries((await readIndex(source)).weight_map);
  const shards = [...new Set(places.map(([, shard]) => shard))].sort();
  if (shards.length === 0) throw inputError(`${source.name}: names no tensors; save the model again.`);
  if (shards.length > SHARDS_MAX) {
    throw inputError(`${source.name}: names ${shards.length} shards, more than the ${SHARDS_MAX} that Basin opens.`);
  }
  const open: ByteSource[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map(shard => shard.close()));
  };
  try {
    const contents: [shard: string, content: Content, format: string][] = [];
    for (const name of shards) {
      if (name === basename(source.name))
        throw inputError(`${source.name}: names itself as a shard; save the model again.`);
      const shard = await beside(name);
      open.push(shard);
      const { format, content } = await readShard(shard);
      contents.push([name, content, format]);
    }
    const joined = joinShards(source.name, contents);
    checkPlaces(source.name, places, contents);
    return { ...joined, format: `${contents[0]![2]}, ${counted(shards.length)}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const counted = (shards: number): string => (shards === 1 ? '1 shard' : `${shards} shards`);

type ShardContents = readonly (readonly [shard: string, content: Content, format: string])[];

/** All tensors of all shards, in the shards' order. Memory that tensors share is named with its shard. */
function joinShards(index: string, shards: ShardContents): Content {
  const owners = new Map<string, string>();
  const tensors: LazyTensor[] = [];
  const unreadable: UnreadableTensor[] = [];
  for (const [shard, content] of shards) {
    for (const { name } of [...content.tensors, ...content.unreadable]) {
      const other = owners.get(name);
      if (other !== undefined) {
        throw inputError(
          `${index}: tensor ${name} lies in ${other} and in ${shard}, so which one is meant? Save it again.`,
        );
      }
      owners.set(name, shard);
    }
    for (const tensor of content.tensors) {
      const { storage } = tensor;
      tensors.push(storage === undefined ? tensor : { ...tensor, storage: `${shard} ${storage}` });
    }
    unreadable.push(...content.unreadable);
  }
  return { step: null, epoch: null, tensors, unreadable };
}

/** Every tensor of the index lies in the shard that it says. */
function checkPlaces(index: string, places: readonly (readonly [string, string])[], shards: ShardContents): void {
  const names = new Map(
    shards.map(([shard, { tensors, unreadable }]) => [
      shard,
      new Set([...tensors, ...unreadable].map(({ name }) => name)),
    ]),
  );
  const lost = places.find(([tensor, shard]) => !names.get(shard)!.has(tensor));
  if (lost === undefined) return;
  throw inputError(`${index}: tensor ${lost[0]} is not in ${lost[1]}, where it should be; save the model again.`);
}

async function readIndex(source: ByteSource): Promise<Index> {
  if (source.size > INDEX_MAX) {
    throw inputError(`${source.name}: an index of ${source.size} bytes, more than any model needs; save it again.`);
  }
  const text = Buffer.from(await source.read(0, source.size)).toString('utf8');
  try {
    return decodeIndex(parseUnambiguous(text), '');
  } catch (error) {
    if (error instanceof SyntaxError && !text.trimEnd().endsWith('}')) {
      throw incompleteError(`${source.name}: ends within the list of tensors; it is still being written.`, error);
    }
    throw inputError(`${source.name}: its list of tensors cannot be understood (${messageOf(error)}); save it again.`);
  }
}
