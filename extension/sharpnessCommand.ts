/** The terminal line that computes sharpness again. */
import type { Kept } from './analysis.ts';
import { analysisFileName, option, targetWords } from './surfaceCommand.ts';

export function sharpnessCommand({ options, result }: Kept<'sharpness'>, checkpoint: string): readonly string[] {
  return [
    ...targetWords('sharpness', checkpoint, result.provenance),
    ...option('measures', options.measures.join()),
    ...(options.rescaling ? ['--rescaling'] : []),
    ...option('out', analysisFileName(result, 'json')),
  ];
}
