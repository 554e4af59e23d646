/** Rules for what is known while a graph is built: constants, shapes and types. */
import { elementCount, tensorFromNumbers } from '../../../tensor.ts';
import { constant, scalar, type Value } from '../../graph.ts';
import type { GraphType } from '../../types.ts';
import { toGraphTensor } from '../convert.ts';
import type { OnnxNode } from '../node.ts';
import { DATA_TYPE } from '../schema.ts';
import { ascending, checkWritten, int64, type Rule, reshape } from './shared.ts';

/** Every floating type is float32 in Basin's graphs. */
function castTarget(node: OnnxNode, code: number): GraphType {
  switch (code) {
    case DATA_TYPE.float32:
    case DATA_TYPE.float64:
    case DATA_TYPE.float16:
    case DATA_TYPE.bfloat16:
      return 'float32';
    case DATA_TYPE.int64:
      return 'int64';
    case DATA_TYPE.int32:
      return 'int32';
    case DATA_TYPE.uint8:
      return 'uint8';
    case DATA_TYPE.bool:
      return 'bool';
    default:
      throw node.refuse(`a cast to ONNX element type ${code} is not supported.`);
  }
}

const cast = (node: OnnxNode, value: Value, to: GraphType): Value =>
  value.type === to ? value : node.apply('Cast', [value], { to });

const shape: Rule = node => {
  const sizes = node.input(0).shape;
  const start = node.int('start', 0);
  return int64(sizes.slice(start, node.has('end') ? node.int('end', 0) : sizes.length));
};

const constantRule: Rule = node => {
  const tensor = node.tensor('value');
  if (tensor)
    return constant(
      toGraphTensor(tensor, problem => node.refuse(problem)),
      node.name,
    );
  if (node.has('value_float')) return scalar(node.float('value_float', 0));
  if (node.has('value_int')) return int64([node.int('value_int', 0)], []);
  const floats = node.floats('value_floats');
  if (floats) return constant(tensorFromNumbers(floats, 'float32', [floats.length]));
  const integers = node.ints('value_ints');
  if (integers) return int64(integers);
  throw node.refuse('its value is sparse or text, which Basin does not read.');
};

const constantOfShape: Rule = node => {
  const sizes = node.known(0, 'the shape of a ConstantOfShape') ?? [];
  const value = node.tensor('value') ?? tensorFromNumbers([0], 'float32', [1]);
  const one = constant(toGraphTensor(value, problem => node.refuse(problem)));
  return node.apply('Expand', [reshape(node, one, [])], { shape: sizes });
};

const range: Rule = node => {
  const [start, limit, delta] = [0, 1, 2].map(index => node.known(index, 'a Range')![0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  checkWritten(node, count);
  const values = Array.from({ length: count }, (_, index) => start + index * delta);
  const { type } = node.input(0);
  return constant(tensorFromNumbers(values, type, [count]));
};

/** One of two graphs, by a condition that is known: exporters ask in this way what shape a value has. */
const conditional: Rule = node => {
  const condition = node.known(0, 'the condition of an If')?.[0];
  return node.surroundings.raise(node.graph(condition ? 'then_branch' : 'else_branch'));
};

/** Ones on a diagonal of a matrix, of another's shape and by default of its type. */
const eyeLike: Rule = node => {
  const [rows, columns] = node.input(0).shape as [number, number];
  const k = node.int('k', 0);
  const type = node.has('dtype') ? castTarget(node, node.int('dtype', 0)) : node.input(0).type;
  const row = node.apply('Add', [ascending(node, rows, [rows, 1]), int64([k], [])]);
  return cast(node, node.apply('Equal', [row, ascending(node, columns)]), type);
};

export const knownRules: Readonly<Record<string, Rule>> = {
  Identity: node => node.input(0),
  Constant: constantRule,
  ConstantOfShape: constantOfShape,
  Range: range,
  EyeLike: eyeLike,
  If: conditional,
  Shape: shape,
  Size: node => int64([elementCount(node.input(0).shape)], []),
  Cast: node => cast(node, node.input(0), castTarget(node, node.int('to', 0))),
  CastLike: node => cast(node, node.input(0), node.input(1).type),
};
