/** Special functions that JavaScript lacks. */

/** Stirling's series is exact to 1e-16 from here on. */
const STIRLING_FROM = 10;

/** ln Γ(x) for x > 0, by Stirling's series (Abramowitz & Stegun 6.1.41), to which small x are raised by 6.1.15. */
export function logGamma(x: number): number {
  let shift = 0;
  let large = x;
  for (; large < STIRLING_FROM; large++) shift += Math.log(large);
  const square = large ** -2;
  const series =
    (1 / 12 -
      square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * (691 / 360360)))))) /
    large;
  return (large - 0.5) * Math.log(large) - large + Math.log(2 * Math.PI) / 2 + series - shift;
}

/** The series of erf serves up to here, Laplace's continued fraction beyond. */
const FRACTION_FROM = 1.5;

const FRACTION_TERMS = 200;

/**
 * The scaled complementary error function e^{x²}·erfc(x) to about 1e-14, for x ≥ −5 (Abramowitz & Stegun 7.1.6, 7.1.14):
 * unlike erfc it neither vanishes nor loses digits where x is large.
 */
export function erfcx(x: number): number {
  if (x < 0) return 2 * Math.exp(x * x) - erfcx(-x);
  if (x > FRACTION_FROM) {
    let tail = x;
    for (let k = FRACTION_TERMS; k >= 1; k--) tail = x + k / 2 / tail;
    return 1 / (Math.sqrt(Math.PI) * tail);
  }
  // erf(x) = 2/√π·e^{−x²}·Σ 2^k x^{2k+1}/(1·3·5…(2k+1)), all terms of which are positive.
  let term = x;
  let sum = x;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return Math.exp(x * x) - (2 / Math.sqrt(Math.PI)) * sum;
}

/** ln Φ(z) of the standard normal distribution, also far out where Φ(z) itself is 0. */
export const logNormal = (z: number): number =>
  z < 0
    ? Math.log(erfcx(-z / Math.SQRT2) / 2) - (z * z) / 2
    : Math.log1p(-(Math.exp((-z * z) / 2) * erfcx(z / Math.SQRT2)) / 2);

/** N(z)/Φ(z), the slope of ln Φ. */
export const normalRatio = (z: number): number =>
  z < 5
    ? Math.sqrt(2 / Math.PI) / erfcx(-z / Math.SQRT2)
    : Math.exp((-z * z) / 2 - logNormal(z)) / Math.sqrt(2 * Math.PI);
