import type { GraphType } from '../../../../worker/graph/types.ts';
import { isFloating, type Tensor } from '../../../../worker/tensor.ts';
import { type Case, contentsOf, Draw, type Family, isTensor, shapeOf } from './case.ts';
import { elementwiseCases } from './elementwise.ts';
import { indexingCases } from './indexing.ts';
import { layoutCases } from './layout.ts';
import { networkCases } from './network.ts';
import { reduceCases } from './reduce.ts';
import { DRAWS, FIRST_SEED } from './seeds.ts';

/** A case at least for every operator of the table. */
const families: readonly Family[] = [
  ...elementwiseCases,
  ...layoutCases,
  ...indexingCases,
  ...reduceCases,
  ...networkCases,
];

/** A case with its inputs' contents. */
export interface DrawnCase extends Required<Omit<Case, 'inputs'>> {
  /** Operator, shapes and attributes, and the seed they were drawn with. */
  readonly title: string;
  /** The same case has the same key. */
  readonly key: string;
  readonly tensors: readonly Tensor<GraphType>[];
  /** Indices of the inputs by which the operator is differentiated. */
  readonly smooth: readonly number[];
}

function drawn(one: Case, key: string, note: string): DrawnCase {
  const { operator, inputs, attributes = {} } = one;
  const tensors = inputs.map((operand, index) => contentsOf(operand, `${key}:${index}`));
  const shapes = inputs.map(operand => `${isTensor(operand) ? operand.dtype : ''}[${shapeOf(operand)}]`);
  return {
    operator,
    attributes,
    tensors,
    key,
    title: `${operator} of ${shapes.join(' ')} ${JSON.stringify(attributes)}${note}`,
    smooth: inputs.flatMap((operand, index) =>
      isTensor(operand) || !isFloating(tensors[index]!.dtype) ? [] : [index],
    ),
  };
}

export const drawnCases: readonly DrawnCase[] = families.flatMap((family, at) => {
  if (typeof family !== 'function') return [drawn(family, `${at}:${FIRST_SEED}`, '')];
  return Array.from({ length: DRAWS }, (_, index) => {
    const seed = FIRST_SEED + index;
    const key = `${at}:${seed}`;
    return drawn(family(new Draw(key)), key, ` (seed ${seed})`);
  });
});
