import { logGamma } from '../special.ts';

/** An isotropic Gaussian over parameter space with mean 0. */
export interface Prior {
  /** Standard deviation of every parameter. */
  readonly sigma: number;
}

/** A ray from a point θ: all that the prior's mass along it depends on. */
export interface Ray {
  /** D. */
  readonly dimension: number;
  /** ‖θ‖². */
  readonly squaredNorm: number;
  /** ⟨θ, u⟩ for the ray's unit vector u. */
  readonly projection: number;
  /** How far the basin reaches; infinite where it has no end. */
  readonly radius: number;
}

/** The integrand is left out where it is below so many times its largest value: e⁻⁴⁶ = 1e-20. */
const NEGLIGIBLE = 46;

const PANELS = 4;

/**
 * The natural logarithm of the prior's mass of the basin, if the basin reached as far in every direction as along this
 * ray: S·∫₀^r s^(D−1) N(θ + s·u; 0, σ²) ds with S the area of the unit sphere (Scherlis & Belrose 2025, section 3). Its mean
 * over directions is the mass of a star-shaped basin.
 *
 * The logarithm of the integrand is concave, so that what counts of it is one interval, over which Gauss–Legendre
 * quadrature is exact to about 1e-12. (Laplace's form at the end of the ray would be off where the prior, and not the
 * basin, is what ends the integral.)
 */
export function logMassOfRay({ dimension, squaredNorm, projection, radius }: Ray, { sigma }: Prior): number {
  const variance = sigma * sigma;
  const logIntegrand = (s: number): number =>
    (dimension > 1 ? (dimension - 1) * Math.log(s) : 0) - (s * s + 2 * projection * s) / (2 * variance);
  const peak = (Math.sqrt(projection ** 2 + 4 * (dimension - 1) * variance) - projection) / 2;
  const top = Math.min(radius, Math.max(peak, 0));
  const largest = logIntegrand(top);
  const floor = largest - NEGLIGIBLE;
  const from = logIntegrand(0) >= floor ? 0 : crossing(s => logIntegrand(s) < floor, 0, top);
  const to = top < radius ? end(s => logIntegrand(s) < floor, top, radius, sigma) : radius;
  const integral = integrate(s => Math.exp(logIntegrand(s) - largest), from, to);
  const logDensityAtPoint = -(dimension / 2) * Math.log(2 * Math.PI * variance) - squaredNorm / (2 * variance);
  return logSphereArea(dimension) + logDensityAtPoint + largest + Math.log(integral);
}

/** ln of the area of the unit sphere in D dimensions, 2π^(D/2)/Γ(D/2). */
const logSphereArea = (dimension: number): number =>
  Math.LN2 + (dimension / 2) * Math.log(Math.PI) - logGamma(dimension / 2);

/** Where the integrand ends beyond its peak, or the ray does. */
function end(isNegligible: (s: number) => boolean, top: number, radius: number, sigma: number): number {
  let beyond = top + sigma;
  while (!isNegligible(beyond) && beyond < radius) beyond = top + 2 * (beyond - top);
  return beyond >= radius && !isNegligible(radius)
    ? radius
    : crossing(s => !isNegligible(s), top, Math.min(beyond, radius));
}

/** Where a condition that holds at `from` and not at `to` ceases to hold, to a part in a million of the interval. */
function crossing(holds: (s: number) => boolean, from: number, to: number): number {
  let [yes, no] = [from, to];
  for (let step = 0; step < 20; step++) {
    const middle = (yes + no) / 2;
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return (yes + no) / 2;
}

function integrate(f: (s: number) => number, from: number, to: number): number {
  const half = (to - from) / (2 * PANELS);
  let sum = 0;
  for (let panel = 0; panel < PANELS; panel++) {
    const middle = from + (2 * panel + 1) * half;
    for (const { node, weight } of LEGENDRE) sum += weight * f(middle + half * node);
  }
  return half * sum;
}

/** Nodes and weights of Gauss–Legendre quadrature on [−1, 1]. */
const LEGENDRE = legendre(32);

/** The roots of the Legendre polynomial of a degree by Newton's method from Tricomi's guess, and their weights. */
function legendre(degree: number): readonly { readonly node: number; readonly weight: number }[] {
  return Array.from({ length: degree }, (_, index) => {
    let node = Math.cos((Math.PI * (index + 0.75)) / (degree + 0.5));
    let slope = 0;
    for (let step = 0; step < 10; step++) {
      let [before, value] = [1, node];
      for (let k = 2; k <= degree; k++) [before, value] = [value, ((2 * k - 1) * node * value - (k - 1) * before) / k];
      slope = (degree * (node * value - before)) / (node * node - 1);
      node -= value / slope;
    }
    return { node, weight: 2 / ((1 - node * node) * slope * slope) };
  });
}
