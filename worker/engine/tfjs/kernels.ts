/** The kernels of the operators that have derivatives of their own; to these every other one is rewritten. */
import type { OperatorName } from '../../graph/operators/table.ts';
import { elementwiseKernels } from './elementwise.ts';
import { indexingKernels } from './indexing.ts';
import type { Kernel } from './kernel.ts';
import { layoutKernels } from './layout.ts';
import { reduceKernels } from './reduce.ts';
import { windowKernels } from './windows.ts';

export const kernels: Readonly<Partial<Record<OperatorName, Kernel>>> = {
  ...elementwiseKernels,
  ...layoutKernels,
  ...indexingKernels,
  ...reduceKernels,
  ...windowKernels,
};
