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

export const reshape = (node: OnnxNode, value: Value, shape: readonly number[]): Value =>
  shape.join() === value.shape.join() ? value : node.apply('Reshape', [value], { shape });

export const allAxes = (value: Value): number[] => value.shape.map((_, axis) => axis);

export const spatialAxes = (value: Value): number[] => allAxes(value).slice(2);

/** Axes as an attribute (before opset `since`) or as an input (from then on). */
export function axesOf(node: OnnxNode, since: number): readonly number[] | null {
  return node.opset < since ? node.ints('axes') : node.known(1, 'the list of axes');
}
