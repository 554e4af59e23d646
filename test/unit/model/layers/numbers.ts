/** Arrays of numbers in float64, for definitions that are written index by index. */
import { elementCount } from '../../../../worker/tensor.ts';

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The array whose elements a function gives. */
export function tabulate(shape: readonly number[], element: (...index: number[]) => number): Numbers {
  const data = Float64Array.from({ length: elementCount(shape) }, (_, at) => {
    let rest = at;
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return element(...index);
  });
  return { shape, data };
}

/** An element; 0 outside of the array, as paddings have it. */
export function at({ shape, data }: Numbers, ...index: number[]): number {
  let place = 0;
  for (const [axis, size] of shape.entries()) {
    const own = index[axis]!;
    if (own < 0 || own >= size) return 0;
    place = place * size + own;
  }
  return data[place]!;
}

/** Σ of `count` terms. */
export function total(count: number, term: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += term(index);
  return sum;
}

/** Mean and biased variance of numbers. */
export function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = total(values.length, index => values[index]!) / values.length;
  return { mean, variance: total(values.length, index => (values[index]! - mean) ** 2) / values.length };
}

/** Shares e^x of their sum. */
export function softmax(values: readonly number[]): readonly number[] {
  const max = Math.max(...values);
  const sum = total(values.length, index => Math.exp(values[index]! - max));
  return values.map(value => Math.exp(value - max) / sum);
}

/** erf by Simpson's rule. */
export function erf(x: number): number {
  const steps = 2000;
  const h = x / steps;
  const weight = (index: number) => (index === 0 || index === steps ? 1 : index % 2 === 0 ? 2 : 4);
  return ((2 / Math.sqrt(Math.PI)) * h * total(steps + 1, index => weight(index) * Math.exp(-((index * h) ** 2)))) / 3;
}
