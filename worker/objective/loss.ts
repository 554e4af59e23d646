/** What "loss" in basin.json means: which loss, of which output, with which options. */
import { createHash } from 'node:crypto';
import { openArray } from '../data/array.ts';
import { inputError } from '../errors.ts';
import { formatShape, numberAt } from '../tensor.ts';
import type { HEADS } from './heads/table.ts';

/** PyTorch's own default (CrossEntropyLoss). */
export const DEFAULT_IGNORE_INDEX = -100;

/** Options that every loss takes. */
interface CommonOptions {
  readonly kind: keyof typeof HEADS | 'output';
  /** The graph's output; its first one by default. */
  readonly output?: string;
  /** λ: the objective has λ/2·‖θ‖² added to it. */
  readonly weightDecay?: number;
}

/** Options of cross-entropy, which mean what PyTorch's do. */
export interface CrossEntropyOptions {
  /** Class indices of this value do not count. */
  readonly ignoreIndex?: number;
  /** ε: each target is (1 − ε) its class, or its probabilities, and ε all classes evenly. */
  readonly labelSmoothing?: number;
  /** Weight of each class; the mean is divided by the sum of the counted class indices' weights. */
  readonly classWeights?: readonly number[];
  /** Set where the network has its channels last, as layers of Keras do; else the classes are behind the examples if they can be. */
  readonly classAxis?: 'last';
}

/** Which loss, and of which output of the graph. */
export interface LossSpec extends CommonOptions, CrossEntropyOptions {}

/** The same as basin.json has it: class weights may lie in a file. */
export interface LossSettings extends CommonOptions, Omit<CrossEntropyOptions, 'classWeights'> {
  readonly classWeights?: string | readonly number[];
}

/**
 * Reads what a loss keeps in files, which is its class weights.
 * Throws `input` where they are no list of finite numbers of 0 or more.
 */
export async function readLoss(settings: LossSettings, baseDirectory: string): Promise<LossSpec> {
  const { classWeights, ...rest } = settings;
  if (classWeights === undefined) return rest;
  if (typeof classWeights !== 'string') return { ...rest, classWeights: checkWeights('basin.json', classWeights) };
  const array = await openArray(classWeights, baseDirectory);
  try {
    if (array.shape.length !== 1) {
      throw inputError(`${array.file}: class weights of shape ${formatShape(array.shape)}; give one number a class.`);
    }
    const { data } = await array.read();
    const weights = Array.from({ length: data.length }, (_, index) => numberAt(data, index));
    return { ...rest, classWeights: checkWeights(array.file, weights) };
  } finally {
    await array.close();
  }
}

function checkWeights(file: string, weights: readonly number[]): readonly number[] {
  const odd = weights.findIndex(weight => !(Number.isFinite(weight) && weight >= 0));
  if (odd < 0) return weights;
  throw inputError(`${file}: the weight ${weights[odd]} of class ${odd} is none; give finite numbers of 0 or more.`);
}

/** More class weights than this are told by their digest. */
const SPELLED_WEIGHTS = 12;

/** A loss in words, for provenance: two objectives with the same words, data and model are the same function. */
export function describeLoss(loss: LossSpec): string {
  const { kind, output, ignoreIndex, labelSmoothing, classWeights, weightDecay } = loss;
  const parts: string[] = [kind];
  if (output !== undefined) parts.push(`output ${output}`);
  if (ignoreIndex !== undefined && ignoreIndex !== DEFAULT_IGNORE_INDEX) parts.push(`ignore index ${ignoreIndex}`);
  if (labelSmoothing) parts.push(`label smoothing ${labelSmoothing}`);
  if (classWeights) parts.push(describeWeights(classWeights));
  if (weightDecay) parts.push(`weight decay ${weightDecay}`);
  return parts.join(', ');
}

function describeWeights(weights: readonly number[]): string {
  if (weights.length <= SPELLED_WEIGHTS) return `class weights [${weights.join(', ')}]`;
  const digest = createHash('sha256').update(Float64Array.from(weights)).digest('hex');
  return `class weights of ${weights.length} classes (SHA-256 ${digest.slice(0, 12)})`;
}

/**
 * What weight decay λ adds to the objective, λ/2·‖θ‖², in float64. Its gradient is λθ, which is what PyTorch's SGD adds
 * to the gradient for `weight_decay=λ`.
 */
export function weightPenalty(weightDecay: number, theta: Float32Array): number {
  let squares = 0;
  for (let index = 0; index < theta.length; index++) squares += theta[index]! ** 2;
  return (weightDecay / 2) * squares;
}
