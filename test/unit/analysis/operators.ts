import type { SymmetricOperator } from '../../../worker/analysis/krylov.ts';
import { gaussians } from '../../../worker/direction/gaussian.ts';
import { dot, norm } from '../../../worker/vector.ts';

/** An operator with the given eigenvalues: a diagonal between two reflections, which hide its axes. */
export function operatorOf(
  values: ArrayLike<number>,
  perturb: (v: Float64Array) => void = () => {},
): SymmetricOperator {
  const size = values.length;
  const reflections = [1, 2].map(key => {
    const u = gaussians(['reflection', key], size);
    const length = norm(u);
    return u.map(value => value / length);
  });
  const reflect = (v: Float64Array, u: Float64Array): Float64Array => {
    const along = 2 * dot(u, v);
    return v.map((value, index) => value - along * u[index]!);
  };
  return {
    size,
    apply: async vectors =>
      vectors.map(vector => {
        let v = reflect(reflect(vector, reflections[0]!), reflections[1]!);
        v = v.map((value, index) => value * values[index]!);
        v = reflect(reflect(v, reflections[1]!), reflections[0]!);
        perturb(v);
        return v;
      }),
  };
}
