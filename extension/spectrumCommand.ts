/** The terminal line that computes a spectrum again. */
import type { Kept } from './analysis.ts';
import { analysisFileName, option, targetWords } from './surfaceCommand.ts';

export function spectrumCommand({ options, result }: Kept<'spectrum'>, checkpoint: string): readonly string[] {
  return [
    ...targetWords('spectrum', checkpoint, result.provenance),
    ...option('operator', options.operator),
    ...option('top', options.largest),
    ...option('smallest', options.smallest),
    ...option('tolerance', result.tolerance),
    ...(options.density ? ['--trace', '--density'] : []),
    ...(options.byTensor ? ['--by-tensor'] : []),
    ...option('along', options.along > 0 ? options.along : undefined),
    ...option('out', analysisFileName(result, 'json')),
  ];
}
