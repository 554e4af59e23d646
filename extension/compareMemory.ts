import { COMPARED_MAX, type CompareOptions } from '../webview/compare/messages.ts';
import { decodeCompare } from '../worker/compareDocument.ts';
import { count, type Decode, either, list, nullable, number, object, oneOf, optional, text } from '../worker/decode.ts';
import { decodeInterpolation } from '../worker/interpolateDocument.ts';
import { CheckpointMemory } from './checkpointMemory.ts';
import type { RememberedComparison } from './comparison.ts';

const decode: Decode<RememberedComparison> = object<RememberedComparison>({
  options: object<CompareOptions>({
    split: oneOf('train', 'test'),
    seed: count,
    grid: count,
    range: number,
    scaledTo: either(oneOf('own'), count),
  }),
  keys: list(nullable(text), 1, COMPARED_MAX),
  measures: optional(decodeCompare),
  interpolation: optional(
    object<NonNullable<RememberedComparison['interpolation']>>({ from: count, to: count, result: decodeInterpolation }),
  ),
});

/** What was shown last of each comparison, by the checkpoints that it is of. */
export class CompareMemory extends CheckpointMemory<RememberedComparison> {
  /** @param report receives a sentence about what cannot be used or written. */
  constructor(folder: string, report: (message: string) => void) {
    super({ folder, what: 'a comparison', version: 1, decode, report });
  }
}

/** Under what a comparison is remembered. */
export const comparisonId = (paths: readonly string[]): string => paths.join('\n');
