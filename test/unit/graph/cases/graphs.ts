/** Random graphs of operators, whose values are used several times or not at all. */
import {
  add,
  concat,
  cos,
  exp,
  expand,
  logSoftmax,
  matMul,
  mean,
  mul,
  pad,
  reshape,
  sigmoid,
  sin,
  slice,
  softmax,
  sub,
  sum,
  tanh,
  transpose,
  where,
} from '../../../../worker/graph/arithmetic.ts';
import { apply, constant, type InputValue, input, type Value } from '../../../../worker/graph/graph.ts';
import type { GraphType } from '../../../../worker/graph/types.ts';
import type { Tensor } from '../../../../worker/tensor.ts';
import { bool, contentsOf, Draw, int64 } from './case.ts';
import { DRAWS, FIRST_SEED } from './seeds.ts';

const ROWS = 3;
const COLUMNS = 4;
const SHAPE = [ROWS, COLUMNS];
const MASK = bool([1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0], SHAPE);

/** How a step makes a value of the graphs' one shape from others of it. All are smooth, and none grows fast. */
const steps: Readonly<Record<string, (a: Value, b: Value, draw: Draw) => Value>> = {
  Add: (a, b) => add(a, b),
  Sub: (a, b) => sub(a, b),
  Mul: (a, b) => mul(tanh(a), b),
  Tanh: a => tanh(a),
  Sigmoid: a => sigmoid(a),
  Sin: a => sin(a),
  Exp: a => exp(cos(a)),
  Gelu: a => apply('Gelu', [a], { approximate: 'tanh' }),
  Softmax: (a, _, draw) => softmax(a, draw.integer(0, 1)),
  LogSoftmax: a => logSoftmax(tanh(a), 1),
  LayerNormalization: (a, b) =>
    apply('LayerNormalization', [a, reshape(slice(b, 0, 0, 1), [COLUMNS])], { axis: 1, epsilon: 0.125 }),
  MatMul: (a, b) => matMul(matMul(tanh(a), transpose(sigmoid(b), [1, 0])), softmax(a, 0)),
  ReduceMean: (a, b) => add(mean(a, [0]), b),
  ReduceSum: a => expand(mul(sum(a, [1]), 0.25), SHAPE),
  Concat: (a, b, draw) => {
    const at = draw.integer(1, COLUMNS - 1);
    return concat([slice(b, 1, at, COLUMNS - at), slice(a, 1, 0, at)], 1);
  },
  Pad: a => pad(slice(a, 0, 1, ROWS - 1), [1, 0, 0, 0]),
  Reshape: a => transpose(reshape(a, [COLUMNS, ROWS]), [1, 0]),
  Where: (a, b) => where(constant(MASK), a, mul(b, 0.5)),
  Gather: (a, b, draw) =>
    add(b, apply('Gather', [a, constant(int64(draw.list(ROWS, () => draw.integer(-ROWS, ROWS - 1))))], { axis: 0 })),
};

/** Steps of each graph. */
const LENGTH = 10;

function randomGraph(key: string) {
  const draw = new Draw(key);
  const leaves: InputValue[] = draw.list(3, index => input(`in${index}`, 'float32', SHAPE));
  const tensors: Tensor<GraphType>[] = leaves.map((_, index) => contentsOf(SHAPE, `${key}:${index}`));
  const values: Value[] = [...leaves];
  const names = draw.list(LENGTH, () => {
    const name = draw.pick(Object.keys(steps));
    // The last values are taken more often, or graphs would be shallow.
    const operand = () => values.at(-1 - Math.min(draw.integer(0, 2), draw.integer(0, 2)))!;
    values.push(steps[name]!(operand(), operand(), draw));
    return name;
  });
  return { leaves, wrt: leaves, value: values.at(-1)!, tensors, key, title: `${names.join(', ')} (${key})` };
}

export const randomGraphs = Array.from({ length: 8 * DRAWS }, (_, index) =>
  randomGraph(`seed ${FIRST_SEED} graph ${index}`),
);
