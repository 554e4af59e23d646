import { interruptedError } from '../../../worker/errors.ts';
import type { Evaluation } from '../../../worker/objective/evaluation.ts';
import type { Objective } from '../../../worker/objective/objective.ts';

/** An objective on two parameters whose value is given by a formula, and that can be made to wait or fail. */
export function formula(
  evaluate: (a: number, b: number, signal: AbortSignal) => Promise<number> | number,
): Objective & { readonly calls: { count: number; running: number } } {
  const calls = { count: 0, running: 0 };
  return {
    slots: [],
    origin: Float32Array.of(1, 2),
    statisticSlots: [],
    statistics: new Float32Array(),
    recomputingBytes: 0,
    graph: { inputs: [], outputs: [] },
    samples: 10,
    concurrency: 3,
    notes: [],
    calls,
    evaluate: async (theta, signal): Promise<Evaluation> => {
      if (signal.aborted) throw interruptedError();
      calls.count++;
      calls.running++;
      try {
        const loss = await evaluate(theta[0]!, theta[1]!, signal);
        return { loss, standardError: null, accuracy: null, perExample: null, weights: null };
      } finally {
        calls.running--;
      }
    },
    outputs: () => {
      throw new Error('a formula has no network');
    },
    divergenceFrom: async () => null,
    differentiate: () => {
      throw new Error('a formula has no graph to differentiate');
    },
    minibatch: () => {
      throw new Error('a formula has no examples to choose from');
    },
    parts: () => {
      throw new Error('a formula has no examples to part');
    },
    close: async () => {},
  };
}
