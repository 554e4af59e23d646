/** What volumes with other options are likely to take, judged by what else was computed of the checkpoint. */
import type { VolumeEstimate, VolumeOptions } from '../webview/messages.ts';
import type { Interval, VolumeResult } from '../worker/results.ts';
import { evidenceSeconds, localWork } from '../worker/volumePlan.ts';

/** What one pass over a sample took. */
export interface PassCost {
  readonly seconds: number;
  readonly samples: number;
  readonly parameters: number;
}

/** What was measured in this panel, as far as it was. */
export interface VolumeCosts {
  readonly pass?: PassCost | undefined;
  /** Of the Hessian with a vector. */
  readonly secondsPerProduct?: number | null | undefined;
  readonly volume?: VolumeResult | undefined;
}

/** A Gauss–Newton product in passes: from 3.4 to 11.6 were measured on the digits' networks. */
const PASSES_OF_PRODUCT: Interval = { least: 3.5, most: 12 };

/** The same as a share of a product of the Hessian, which computes more. */
const SHARE_OF_HESSIAN: Interval = { least: 0.4, most: 1 };

/** The other split counts as if it were as large. */
export function volumeEstimate(options: VolumeOptions, costs: VolumeCosts): VolumeEstimate {
  return {
    options,
    local: options.volumes.includes('local') ? localEstimate(options, costs) : null,
    function: options.volumes.includes('function') ? functionEstimate(options, costs) : null,
  };
}

function localEstimate(
  options: VolumeOptions,
  { pass, secondsPerProduct, volume }: VolumeCosts,
): NonNullable<VolumeEstimate['local']> {
  const parameters = pass?.parameters ?? volume?.provenance.parameters.count ?? Number.POSITIVE_INFINITY;
  const { passes, products } = localWork(options, parameters);
  const secondsOf = (end: keyof Interval, seconds: number): number =>
    passes[end] * seconds +
    products[end] *
      (secondsPerProduct == null ? PASSES_OF_PRODUCT[end] * seconds : SHARE_OF_HESSIAN[end] * secondsPerProduct);
  return {
    passes,
    products,
    seconds: pass ? { least: secondsOf('least', pass.seconds), most: secondsOf('most', pass.seconds) } : null,
  };
}

function functionEstimate(
  { initializations, points, positive }: VolumeOptions,
  { pass, volume }: VolumeCosts,
): NonNullable<VolumeEstimate['function']> {
  const { parts, reduction } = volume?.function ?? {};
  return {
    drawSeconds: pass ? (initializations * pass.seconds * points) / pass.samples : null,
    evidenceSeconds: evidenceSeconds(points),
    groups: positive.length > 0 ? 1 : reduction === 'one against rest' ? parts!.length : null,
  };
}
