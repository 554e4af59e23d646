/** Arithmetic of shapes, shared by the operators' rules. */
import { elementCount } from '../tensor.ts';
import { ShapeMismatch } from './types.ts';

/** The shape that shapes broadcast to (ONNX and NumPy rules). Throws `ShapeMismatch` where they do not. */
export function broadcastShapes(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map(shape => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1) continue;
      if (size !== 1 && size !== own) throw new ShapeMismatch(`sizes ${size} and ${own} do not broadcast`);
      size = own;
    }
    return size;
  });
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Strides with which a tensor of `shape` is read as if it had shape `to`: 0 along broadcast axes. */
export function broadcastStrides(shape: readonly number[], to: readonly number[]): number[] {
  const own = stridesOf(shape);
  return to.map((_, axis) => {
    const at = axis - to.length + shape.length;
    return at < 0 || shape[at] === 1 ? 0 : own[at]!;
  });
}

/** Calls `visit(index, offset)` for every element of `shape` in row-major order, `offset` following `strides`. */
export function forEachOffset(
  shape: readonly number[],
  strides: readonly number[],
  start: number,
  visit: (index: number, offset: number) => void,
): void {
  const count = elementCount(shape);
  const position = new Array<number>(shape.length).fill(0);
  let offset = start;
  for (let index = 0; index < count; index++) {
    visit(index, offset);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
}

/** An axis in [0, rank), from one that may count from the end. Throws `ShapeMismatch` where there is no such axis. */
export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (normalized < 0 || normalized >= Math.max(rank, 1)) {
    throw new ShapeMismatch(`axis ${axis} lies outside a rank of ${rank}`);
  }
  return normalized;
}

/** `shape` with the size along one axis replaced. */
export const withSize = (shape: readonly number[], axis: number, size: number): number[] =>
  shape.map((old, at) => (at === axis ? size : old));
