/** What a spectrum with other options is likely to take, judged by the one that was computed last. */
import type { SpectrumEstimate, SpectrumOptions } from '../webview/messages.ts';
import type { Interval } from '../worker/results.ts';
import { expectedProducts, moreBytes } from '../worker/spectrumPlan.ts';
import type { Measured } from './analysis.ts';
import { spectrumRequestOf } from './spectrum.ts';

/** The other split counts as if it were as large. */
export function spectrumEstimate(
  options: SpectrumOptions,
  measured: Measured<'spectrum'> | undefined,
): SpectrumEstimate {
  const wanted = spectrumRequestOf('', options);
  const { result, secondsPerProduct = null, memoryBytes } = measured?.update ?? {};
  const parameters = result?.provenance.parameters.count ?? Number.POSITIVE_INFINITY;
  const sizes = sizesOf(options, parameters, result?.byTensor?.length);
  const products = sizes && expectedProducts(wanted, sizes);
  const seconds: Interval | null =
    products === null || secondsPerProduct === null
      ? null
      : { least: products.least * secondsPerProduct, most: products.most * secondsPerProduct };
  const before = measured && spectrumRequestOf('', measured.options);
  return {
    options,
    products,
    seconds,
    memoryBytes: before && memoryBytes !== undefined ? memoryBytes + moreBytes(wanted, before, parameters) : null,
  };
}

/** Of the tensors, as if all were alike; null where their number matters and is not known. */
function sizesOf({ byTensor }: SpectrumOptions, parameters: number, tensors: number | undefined): number[] | null {
  if (!byTensor) return [parameters];
  return tensors === undefined ? null : Array.from({ length: tensors }, () => Math.ceil(parameters / tensors));
}
