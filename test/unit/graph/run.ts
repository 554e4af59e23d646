import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../../../worker/tensor.ts';

/**
 * Runs an ONNX model in ONNX Runtime, as an opinion independent of Basin's rules.
 * @param optimized as the engine runs it; by default node by node, as it is written.
 */
export async function runModel(
  model: Uint8Array,
  feeds: Readonly<Record<string, Tensor>>,
  { optimized }: { readonly optimized: boolean } = { optimized: false },
): Promise<{ readonly shape: readonly number[]; readonly type: string; readonly data: ArrayLike<number | bigint> }[]> {
  const graphOptimizationLevel = optimized ? 'all' : 'disabled';
  const session = await InferenceSession.create(model, { graphOptimizationLevel, logSeverityLevel: 4 });
  try {
    const inputs = Object.fromEntries(
      session.inputNames.map(name => {
        const { dtype, shape, data } = feeds[name]!;
        return [name, new OrtTensor(dtype as 'float32', data as Float32Array, shape)];
      }),
    );
    const results = await session.run(inputs);
    return session.outputNames.map(name => {
      const { dims, type, data } = results[name]!;
      return { shape: dims, type, data: data as ArrayLike<number | bigint> };
    });
  } finally {
    await session.release();
  }
}
