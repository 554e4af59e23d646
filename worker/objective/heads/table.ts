/** Losses that are computed from an output and targets: one entry a loss. */
import type { CrossEntropyOptions } from '../loss.ts';
import { crossEntropyHead } from './crossEntropy.ts';
import { binaryCrossEntropyHead, meanSquaredErrorHead } from './elementwise.ts';
import type { Head } from './head.ts';

export const HEADS = {
  'cross-entropy': crossEntropyHead,
  mse: meanSquaredErrorHead,
  'bce-with-logits': binaryCrossEntropyHead,
} as const satisfies Record<string, (options: CrossEntropyOptions) => Head>;
