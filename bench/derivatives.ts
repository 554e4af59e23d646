/** Seconds of a gradient and of Hessian-vector products in Basin. Runs as a process of its own and prints one JSON object. */

import { createOnnxRuntimeEngine, type OnnxRuntimeOptions } from '../worker/engine/onnxruntime.ts';
import { norm } from '../worker/vector.ts';
import { type BenchProblem, openBenchObjective } from './problem.ts';

export interface DerivativesBench extends BenchProblem {
  readonly engine: OnnxRuntimeOptions;
  /** Vectors that are multiplied in one pass; 0 for the gradient alone. */
  readonly vectors: number;
  /** How often the computation is timed; the shortest time counts. */
  readonly repeats: number;
}

export interface DerivativesFigures {
  readonly seconds: number;
  /** Of the gradient, or of the product with sin(1..n). */
  readonly norm: number;
  /** The most memory the process had, in MB. */
  readonly peakMegabytes: number;
}

async function measure(bench: DerivativesBench): Promise<DerivativesFigures> {
  const engine = createOnnxRuntimeEngine(bench.engine);
  const objective = await openBenchObjective(bench, engine);
  const derivatives = objective.differentiate(objective.origin);
  const signal = new AbortController().signal;
  const vectors = Array.from({ length: bench.vectors }, (_, vector) =>
    Float64Array.from(objective.origin, (_, index) => Math.sin((vector + 1) * (index + 1))),
  );
  const compute = async (): Promise<Float64Array> =>
    vectors.length === 0
      ? (await derivatives.gradient(signal)).gradient
      : (await derivatives.hessianVectorProducts(vectors, signal))[0]!;
  // The first one opens the sessions.
  const result = await compute();
  let seconds = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < bench.repeats; repeat++) {
    const start = performance.now();
    await compute();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  await derivatives.close();
  await objective.close();
  await engine.dispose();
  return { seconds, norm: norm(result), peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]!) as DerivativesBench)));
