/** What the rules that raise ONNX operators share. */
import { tensorFromNumbers } from '../../../tensor.ts';
import { type ConstantValue, constant, type Value } from '../../graph.ts';
import type { OperatorName } from '../../operators/table.ts';
import type { OnnxNode } from '../node.ts';

export type Rule = (node: OnnxNode) => Value | readonly Value[];

/** An operator that means the same in every version and takes no attributes. */
export const same =
  (operator: OperatorName): Rule =>
  node =>
    node.apply(operator, node.present());

/** An operator with float attributes and their defaults. */
export const withFloats =
  (operator: OperatorName, defaults: Readonly<Record<string, number>>): Rule =>
  node =>
    node.apply(
      operator,
      node.present(),
      Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, node.float(name, value)])),
    );

export const int64 = (values: readonly number[], shape: readonly number[] = [values.length]): ConstantValue =>
  constant(tensorFromNumbers(values, 'int64', shape));

/** More elements than this are written into no graph, whatever sizes a damaged file has. */
const WRITTEN_ELEMENTS_MAX = 1 << 24;

/** Throws where a rule would write too many elements. */
export function checkWritten(node: OnnxNode, count: number): void {
  if (!(count <= WRITTEN_ELEMENTS_MAX)) throw node.refuse(`${count} elements are more than Basin writes into a graph.`);
}

/** 0, 1, … as an int64 vector, or with as many axes more as `shape` has. */
export function ascending(node: OnnxNode, count: number, shape: readonly number[] = [count]): ConstantValue {
  checkWritten(node, count);
  return int64(
    Array.from({ length: count }, (_, index) => index),
    shape,
  );
}

export const reshape = (node: OnnxNode, value: Value, shape: readonly number[]): Value =>
  shape.join() === value.shape.join() ? value : node.apply('Reshape', [value], { shape });

export const allAxes = (value: Value): number[] => value.shape.map((_, axis) => axis);

export const spatialAxes = (value: Value): number[] => allAxes(value).slice(2);

/** Axes as an attribute (before opset `since`) or as an input (from then on). */
export function axesOf(node: OnnxNode, since: number): readonly number[] | null {
  return node.opset < since ? node.ints('axes') : node.known(1, 'the list of axes');
}
