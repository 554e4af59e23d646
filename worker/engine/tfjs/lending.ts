/** Kernels that one backend of TensorFlow.js lacks and another lends it. */
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from './kernel.ts';

/**
 * Registers every kernel that `lender` has and `borrower` lacks: inputs are copied to the lender, and results back.
 * Both backends must have been started.
 */
export function lendKernels(tf: Tf, lender: string, borrower: string): void {
  const own = new Set(tf.getKernelsForBackend(borrower).map(({ kernelName }) => kernelName));
  const [from, to] = [tf.findBackend(lender), tf.findBackend(borrower)];
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend(lender)) {
    if (own.has(kernelName)) continue;
    tf.registerKernel({
      kernelName,
      backendName: borrower,
      kernelFunc: ({ inputs, attrs }) => {
        const made: TensorInfo[] = [];
        const copy = (info: TensorInfo): TensorInfo => {
          const copied = copyBetween(info, to, from);
          made.push(copied);
          return copied;
        };
        const given = Object.fromEntries(
          Object.entries(inputs).map(([name, info]) => [
            name,
            Array.isArray(info) ? (info as TensorInfo[]).map(copy) : copy(info as TensorInfo),
          ]),
        );
        const results = kernelFunc({ inputs: given as typeof inputs, backend: from, ...(attrs && { attrs }) });
        const back = [results].flat().map(info => {
          made.push(info);
          return copyBetween(info, from, to);
        });
        for (const dataId of new Set(made.map(info => info.dataId))) from.disposeData(dataId, true);
        return Array.isArray(results) ? back : back[0]!;
      },
    });
  }
}

/** The same tensor on another backend, in a buffer of its own. */
function copyBetween({ dataId, shape, dtype }: TensorInfo, from: KernelBackend, to: KernelBackend): TensorInfo {
  return { dataId: to.write(from.readSync(dataId) as Float32Array, shape, dtype), shape, dtype };
}
