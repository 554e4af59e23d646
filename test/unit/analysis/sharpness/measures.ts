import type { ComputeSharpness, SharpnessOptions } from '../../../../worker/analysis/sharpness/measure.ts';
import type { SharpnessPoint } from '../../../../worker/analysis/sharpness/point.ts';
import type { SharpnessMeasure } from '../../../../worker/results.ts';
import { never } from '../../objective/problems.ts';

/** All documents of a measure. */
export async function measuresOf(
  compute: ComputeSharpness,
  point: SharpnessPoint,
  options: SharpnessOptions,
): Promise<SharpnessMeasure[]> {
  const measures: SharpnessMeasure[] = [];
  for await (const measure of compute(point, options, never)) measures.push(measure);
  return measures;
}
