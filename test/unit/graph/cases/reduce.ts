import type { OperatorName } from '../../../../worker/graph/operators/table.ts';
import type { Attributes } from '../../../../worker/graph/types.ts';
import { awayFrom, type Draw, type Family, float, int32, int64, type Operand, positive } from './case.ts';

/** A reduction over random axes of numbers made by `from` of their shape. */
const reduction =
  (operator: OperatorName, from: (shape: readonly number[]) => Operand = shape => shape): Family =>
  draw => {
    const rank = draw.integer(1, 4);
    return { operator, inputs: [from(draw.shape(rank))], attributes: reducedAxes(draw, rank) };
  };

const reducedAxes = (draw: Draw, rank: number): Attributes => ({
  axes: draw.axes(rank),
  keepdims: draw.integer(0, 1),
});

const alongAxis =
  (operator: OperatorName, more: (draw: Draw) => Attributes = () => ({})): Family =>
  draw => {
    const rank = draw.integer(1, 4);
    const shape = draw.shape(rank);
    return { operator, inputs: [shape], attributes: { axis: draw.integer(0, rank - 1), ...more(draw) } };
  };

const argExtremum = (draw: Draw): Attributes => ({
  keepdims: draw.integer(0, 1),
  select_last_index: draw.integer(0, 1),
});

export const reduceCases: readonly Family[] = [
  ...(
    ['ReduceSum', 'ReduceMean', 'ReduceProd', 'ReduceMax', 'ReduceMin', 'ReduceSumSquare', 'ReduceLogSumExp'] as const
  ).map(operator => reduction(operator)),
  reduction('ReduceL1', shape => awayFrom(shape, 0)),
  reduction('ReduceL2', shape => positive(shape)),
  reduction('ReduceLogSum', shape => positive(shape)),
  { operator: 'ReduceSum', inputs: [[2, 3, 4]], attributes: { axes: [-1], keepdims: 0 } },
  { operator: 'ReduceProd', inputs: [[2, 7]], attributes: { axes: [1], keepdims: 0 } },
  alongAxis('Softmax'),
  alongAxis('LogSoftmax'),
  alongAxis('CumSum', draw => ({ exclusive: draw.integer(0, 1), reverse: draw.integer(0, 1) })),
  alongAxis('ArgMax', argExtremum),
  alongAxis('ArgMin', argExtremum),
  { operator: 'ArgMax', inputs: [float([1, 3, 3, 2])], attributes: { axis: 0, keepdims: 0, select_last_index: 1 } },
  { operator: 'ArgMin', inputs: [float([1, 0, 0, 2])], attributes: { axis: 0, keepdims: 1, select_last_index: 0 } },
  { operator: 'ReduceMax', inputs: [int64([1, 3, 2, 0], [2, 2])], attributes: { axes: [1], keepdims: 1 } },
  { operator: 'ReduceMean', inputs: [int32([7, -8, 0, 1])], attributes: { axes: [0], keepdims: 1 } },
  { operator: 'ReduceMean', inputs: [int32([-7, -8])], attributes: { axes: [0], keepdims: 1 } },
  { operator: 'ReduceLogSumExp', inputs: [float([1000, 1001])], attributes: { axes: [0], keepdims: 0 } },
];
