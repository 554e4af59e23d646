/** Linear maps, convolutions, pooling and normalisation: the layers of networks. */
import type { Operator } from '../types.ts';
import { convolutionOperators } from './convolution.ts';
import { matMulOperator } from './matMul.ts';
import { normalizationOperators } from './normalization.ts';
import { poolingOperators } from './pooling.ts';

export const networkOperators = {
  MatMul: matMulOperator,
  ...convolutionOperators,
  ...poolingOperators,
  ...normalizationOperators,
} satisfies Record<string, Operator>;
