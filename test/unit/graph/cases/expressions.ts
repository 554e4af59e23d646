/** What is differentiated of the operator cases. */
import { apply, input } from '../../../../worker/graph/graph.ts';
import { operators } from '../../../../worker/graph/operators/table.ts';
import { isFloating } from '../../../../worker/tensor.ts';
import type { Expression } from '../derivativeChecks.ts';
import type { DrawnCase } from './cases.ts';

/** Whether a case has something to differentiate. */
export function isDifferentiated({ operator, attributes, tensors, smooth }: DrawnCase): boolean {
  const { decompose, gradient, evaluate, infer } = operators[operator];
  const { type } = infer(
    tensors.map(({ dtype, shape }) => ({ type: dtype, shape })),
    attributes,
  );
  return smooth.length > 0 && isFloating(type) && Boolean(evaluate && (decompose || gradient));
}

/** The operator of a case applied to leaves. */
export function expressionOf({ operator, attributes, tensors, smooth, key }: DrawnCase): Expression {
  const leaves = tensors.map((tensor, index) => input(`in${index}`, tensor.dtype, tensor.shape));
  const wrt = smooth.map(index => leaves[index]!);
  return { leaves, wrt, value: apply(operator, leaves, attributes), tensors, key };
}
