import { elementCount } from '../../tensor.ts';
import { matMul, reshape, sumTo, total, transposeMatrices } from '../arithmetic.ts';
import { broadcastShapes, broadcastStrides, forEachOffset } from '../shapes.ts';
import { type Operator, ShapeMismatch } from '../types.ts';

/** Batched matrix product; the leading axes broadcast. */
export const matMulOperator: Operator = {
  infer([a, b]) {
    if (a!.shape.length < 2 || b!.shape.length < 2) throw new ShapeMismatch('matrices have at least two axes');
    const [rows, inner] = a!.shape.slice(-2);
    const [innerOther, columns] = b!.shape.slice(-2);
    if (inner !== innerOther) throw new ShapeMismatch(`${inner} columns do not meet ${innerOther} rows`);
    return {
      type: a!.type,
      shape: [...broadcastShapes([a!.shape.slice(0, -2), b!.shape.slice(0, -2)]), rows!, columns!],
    };
  },
  heavy: true,
  evaluate([a, b], _, { shape }) {
    const [rows, columns] = shape.slice(-2) as [number, number];
    const inner = a!.shape.at(-1)!;
    const batch = shape.slice(0, -2);
    // Along the batch axes the unit of both operands is a matrix.
    const matricesOf = (operand: readonly number[], size: number): number[] => {
      const starts = new Array<number>(elementCount(batch));
      forEachOffset(batch, broadcastStrides(operand.slice(0, -2), batch), 0, (index, offset) => {
        starts[index] = offset * size;
      });
      return starts;
    };
    const starts = { a: matricesOf(a!.shape, rows * inner), b: matricesOf(b!.shape, inner * columns) };
    const result = new Float64Array(elementCount(shape));
    starts.a.forEach((startA, matrix) => {
      const startB = starts.b[matrix]!;
      for (let row = 0; row < rows; row++) {
        const at = (matrix * rows + row) * columns;
        for (let k = 0; k < inner; k++) {
          const factor = a!.data[startA + row * inner + k]!;
          for (let column = 0; column < columns; column++) {
            result[at + column]! += factor * b!.data[startB + k * columns + column]!;
          }
        }
      }
    });
    return result;
  },
  /** One matrix for a whole batch is one product of tall matrices, whose gradient needs no sum over the batch. */
  decompose({ inputs: [a, b], shape }) {
    if (a!.shape.length === 2 || b!.shape.length > 2) return null;
    const inner = a!.shape.at(-1)!;
    return reshape(matMul(reshape(a!, [elementCount(a!.shape.slice(0, -1)), inner]), b!), shape);
  },
  gradient: (cotangent, { inputs: [a, b] }) => [
    sumTo(matMul(cotangent, transposeMatrices(b!)), a!.shape),
    sumTo(matMul(transposeMatrices(a!), cotangent), b!.shape),
  ],
  tangent: ([da, db], { inputs: [a, b] }) => total([da ? matMul(da, b!) : null, db ? matMul(a!, db) : null]),
};
