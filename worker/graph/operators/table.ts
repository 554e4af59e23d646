/** The canonical operator set: one entry an operator, by kind. To add an operator, add its entry. */
import type { Operator } from '../types.ts';
import { alongAxisOperators } from './alongAxis.ts';
import { elementwiseOperators } from './elementwise.ts';
import { indexingOperators } from './indexing.ts';
import { layoutOperators } from './layout.ts';
import { networkOperators } from './network.ts';
import { reduceOperators } from './reduce.ts';

const table = {
  ...elementwiseOperators,
  ...layoutOperators,
  ...indexingOperators,
  ...reduceOperators,
  ...alongAxisOperators,
  ...networkOperators,
};

export type OperatorName = keyof typeof table;

export const operators: Readonly<Record<OperatorName, Operator>> = table;
