/** What a computation takes in memory, known before any tensor is read. */
import { totalmem } from 'node:os';
import { inputError } from '../errors.ts';
import type { SourcedMatch } from '../model/match.ts';
import { type ParameterFilter, selects } from '../model/parameterFilter.ts';
import { elementCount } from '../tensor.ts';

/** Elements that the objective varies, and that it holds fixed. */
export interface Sizes {
  readonly parameters: number;
  readonly constants: number;
}

/** Bytes of a session besides its parameters: activations of a minibatch, ONNX Runtime's own. */
const SESSION_BYTES = 64 << 20;

/** A session keeps its parameters as they came, folded into the graph, and packed for the processor. */
const SESSION_COPIES = 3;

/** The model's file, and what the checkpoint supplies in its place. */
const MODEL_COPIES = 2;

/** The checkpoint and the pairs of vectors; each lane, and the point that waits for one, has a point and a copy on its way. */
const vectors = (lanes: number, pairs: number): number => 1 + 2 * pairs + 2 * (lanes + 1);

/** Bytes taken with so many sessions at once, and so many pairs of vectors besides the checkpoint. */
export function surfaceBytes({ parameters, constants }: Sizes, lanes: number, pairs = 1): number {
  const all = parameters + constants;
  const kept = MODEL_COPIES * all + vectors(lanes, pairs) * parameters;
  return lanes * (SESSION_BYTES + SESSION_COPIES * 4 * all) + 4 * kept;
}

/** What may be taken: what the user allows, else half of what the machine, or the container around us, has. */
export function memoryLimit(allowed: number | undefined): number {
  const constrained = process.constrainedMemory();
  // Without a container's limit Node reports 0, or a number beyond any machine's memory.
  const available = constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
  return allowed ?? available / 2;
}

/** The sizes that a filter makes of a checkpoint's tensors; one that is used twice counts once. */
export function sizesOf(matches: readonly SourcedMatch[], filter: ParameterFilter | undefined): Sizes {
  const tensors = new Map(matches.map(match => [match.source.storage ?? match.source.name, match]));
  let parameters = 0;
  let constants = 0;
  for (const { role, source } of tensors.values()) {
    if (role === 'parameter' && selects(filter, source.name)) parameters += elementCount(source.shape);
    else constants += elementCount(source.shape);
  }
  return { parameters, constants };
}

/**
 * Throws `input` where even one session at a time takes more memory than may be used; the sentence says what would fit.
 * @param name the checkpoint's.
 * @param pairs of how many pairs of vectors, such as a plane's directions, will be held besides the checkpoint.
 * @param fewer what to do so that there are fewer: "take fewer planes".
 */
export function checkMemory(
  name: string,
  matches: readonly SourcedMatch[],
  filter: ParameterFilter | undefined,
  limit: number,
  pairs = 1,
  fewer?: string,
): void {
  const sizes = sizesOf(matches, filter);
  const bytes = surfaceBytes(sizes, 1, pairs);
  if (bytes <= limit) return;
  const block = lastBlock(matches, filter);
  const blockBytes = surfaceBytes(sizesOf(matches, { include: [block], exclude: [] }), 1, pairs);
  const smaller =
    blockBytes <= limit
      ? `vary the last block only ("parameters": { "include": ["${block}"] } in basin.json, or --parameters "${block}"), which takes about ${gigabytes(blockBytes)}, or`
      : 'even its last block alone does not fit;';
  throw inputError(
    `${name}: varying its ${sizes.parameters} parameters takes about ${gigabytes(bytes)} of memory and ${gigabytes(limit)} may be used; ${smaller} allow more with --memory${fewer === undefined ? '' : `, or ${fewer}`}.`,
  );
}

/** The pattern of the last module that holds varied parameters. */
function lastBlock(matches: readonly SourcedMatch[], filter: ParameterFilter | undefined): string {
  const last = matches.findLast(({ role, source }) => role === 'parameter' && selects(filter, source.name));
  const name = last?.source.name ?? '';
  return name.includes('.') ? `${name.slice(0, name.lastIndexOf('.'))}.*` : name;
}

/** `1.2 GB`, `350 MB`. */
export const gigabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
