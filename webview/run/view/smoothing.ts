/** Exponential means for the eye: they are drawn over the values, and never stand for them. Pure. */

/**
 * The mean of each value and those before it, each weighing `weight` times as much as the one after it. The weights add
 * up to one from the first value on, so that the line does not start at zero. A gap stays a gap, and weighs nothing.
 *
 * @param weight From 0, which changes nothing, to less than 1.
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  let [sum, weights] = [0, 0];
  return values.map(value => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    weights = weight * weights + (1 - weight);
    return sum / weights;
  });
}
