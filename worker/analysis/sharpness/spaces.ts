/** Boxes around θ, in the whole space and in a random subspace, in coordinates in which they are [−1, 1]ⁿ. */
import { Matrix, solve } from 'ml-matrix';
import { gaussians } from '../../direction/gaussian.ts';
import type { ParameterSlot } from '../../model/bind.ts';
import { addScaled, dot } from '../../vector.ts';

/** A box around θ. */
export interface BoxSpace {
  /** Number of coordinates. */
  readonly size: number;
  /** The point of θ's space that a point of the box stands for. */
  at(u: Float64Array): Float32Array;
  /** A slope or a direction's curvature in θ's space, in the box's coordinates: the transposed map. */
  pull(vector: Float64Array): Float64Array;
}

/** The box θ ± radius, for each parameter its own. */
export function boxAround(theta: Float32Array, radius: Float64Array): BoxSpace {
  return {
    size: theta.length,
    at: u => theta.map((value, index) => value + radius[index]! * u[index]!),
    pull: vector => vector.map((value, index) => value * radius[index]!),
  };
}

/** |zᵢ| ≤ ε(|xᵢ| + 1). */
export const fullSpace = (theta: Float32Array, epsilon: number): BoxSpace =>
  boxAround(theta, keskarRadius(theta, epsilon));

const keskarRadius = (x: Float32Array | Float64Array, epsilon: number): Float64Array =>
  Float64Array.from(x, value => epsilon * (Math.abs(value) + 1));

/** As in the paper. */
const SUBSPACE_SIZE = 100;

/** Memory that the columns of a random subspace may take: beyond it, drawing them would take longer than all the rest. */
const COLUMN_BYTES_MAX = 2 ** 30;

/** Why a random subspace cannot be had of so many parameters, in a sentence; null where it can. */
export function subspaceProblem(parameters: number): string | null {
  const bytes = 4 * Math.min(SUBSPACE_SIZE, parameters) * parameters;
  if (bytes <= COLUMN_BYTES_MAX) return null;
  const gib = (bytes / 2 ** 30).toFixed(1);
  return `A random subspace of ${SUBSPACE_SIZE} dimensions takes ${gib} GiB of ${parameters} parameters, and 1 GiB is the limit; choose fewer with --parameters.`;
}

/**
 * The box |zᵢ| ≤ ε(|(A⁺x)ᵢ| + 1) of the subspace that the columns of A span, for any ε. The paper says of A only that its
 * columns are random: here they are standard normal numbers, neither scaled to a length nor made orthogonal, keyed by the
 * seed, the column and each parameter's name.
 */
export function randomSubspace(
  theta: Float32Array,
  slots: readonly ParameterSlot[],
  seed: number,
): (epsilon: number) => BoxSpace {
  const size = Math.min(SUBSPACE_SIZE, theta.length);
  const columns = Array.from({ length: size }, (_, index) => randomColumn(theta.length, slots, seed, index));
  const transposed = (vector: ArrayLike<number>): Float64Array =>
    Float64Array.from(columns, column => dot(column, vector));
  // A⁺x = (AᵀA)⁻¹·Aᵀx: random columns are independent.
  const gram = new Matrix(columns.map(column => [...transposed(column)]));
  const coordinates = Float64Array.from(solve(gram, Matrix.columnVector([...transposed(theta)])).getColumn(0));
  return epsilon => {
    const radius = keskarRadius(coordinates, epsilon);
    return {
      size,
      at(u) {
        const point = Float64Array.from(theta);
        columns.forEach((column, index) => {
          addScaled(point, radius[index]! * u[index]!, column);
        });
        return Float32Array.from(point);
      },
      pull: vector => transposed(vector).map((value, index) => value * radius[index]!),
    };
  };
}

function randomColumn(length: number, slots: readonly ParameterSlot[], seed: number, index: number): Float32Array {
  const column = new Float32Array(length);
  for (const { key, offset, size } of slots) column.set(gaussians(['subspace', seed, index, key], size), offset);
  return column;
}
