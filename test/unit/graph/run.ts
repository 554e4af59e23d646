import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../../../worker/tensor.ts';

/** Runs an ONNX model in ONNX Runtime without its optimisations, as an opinion independent of Basin's rules. */
export async function runModel(
  model: Uint8Array,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<{ readonly shape: readonly number[]; readonly type: string; readonly data: ArrayLike<number | bigint> }[]> {
  const session = await InferenceSession.create(model, { graphOptimizationLevel: 'disabled', logSeverityLevel: 4 });
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
