/**
 * The covariance of a network's outputs over random parameters, K(x, x') = E[f_c(x)·f_c(x')] as a mean over draws and
 * outputs c: the kernel of the Gaussian process that wide networks of random parameters are (Zhang et al. 2021, section
 * 3.3). Draws are counted in groups, whose differences tell how far so few draws leave a result open.
 */
export class Kernel {
  readonly #points: number;
  readonly #sums: readonly Float64Array[];
  readonly #counts: number[];
  #draws = 0;

  /** @param groups draws go to them in turn. */
  constructor(points: number, groups: number) {
    this.#points = points;
    this.#sums = Array.from({ length: groups }, () => new Float64Array(points * points));
    this.#counts = new Array<number>(groups).fill(0);
  }

  get draws(): number {
    return this.#draws;
  }

  /** Adds the outputs of one draw, by point, then by output. */
  add(outputs: Float64Array): void {
    const points = this.#points;
    const width = outputs.length / points;
    const group = this.#draws % this.#sums.length;
    const sums = this.#sums[group]!;
    for (let row = 0; row < points; row++) {
      for (let column = 0; column <= row; column++) {
        let sum = 0;
        for (let output = 0; output < width; output++) {
          sum += outputs[row * width + output]! * outputs[column * width + output]!;
        }
        sums[row * points + column]! += sum / width;
      }
    }
    this.#counts[group]! += 1;
    this.#draws += 1;
  }

  /** K by rows, of all draws or those of all groups but one. */
  matrix(without?: number): Float64Array {
    const points = this.#points;
    const used = [...this.#sums.keys()].filter(group => group !== without);
    const count = used.reduce((sum, group) => sum + this.#counts[group]!, 0);
    const matrix = new Float64Array(points * points);
    for (let row = 0; row < points; row++) {
      for (let column = 0; column <= row; column++) {
        const at = row * points + column;
        const value = used.reduce((sum, group) => sum + this.#sums[group]![at]!, 0) / count;
        matrix[at] = value;
        matrix[column * points + row] = value;
      }
    }
    return matrix;
  }
}

/** The jackknife's standard error of a result from its values without each of the groups. */
export function jackknifeError(values: readonly number[]): number {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return Math.sqrt(((count - 1) / count) * values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
}
