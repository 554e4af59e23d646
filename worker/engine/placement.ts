/** Sessions on a device other than the processor, and which operators that device lacks. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf } from '../errors.ts';
import { elementCount, tensorFromNumbers } from '../tensor.ts';

/** What ONNX Runtime says when an operator would run on the processor and may not. */
const FELL_BACK = /assigned to the default CPU EP/;

interface OpenedOnDevice {
  readonly session: InferenceSession;
  /** Operators that run on the processor, because the device has none of that kind or type. */
  readonly onProcessor: readonly string[];
}

/** Opens a session of a model whose shapes are all known. What the device lacks runs on the processor. */
export async function openOnDevice(
  ort: typeof OnnxRuntime,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<OpenedOnDevice> {
  try {
    const strict = { ...options, logSeverityLevel: 4, extra: { session: { disable_cpu_ep_fallback: '1' } } } as const;
    return { session: await ort.InferenceSession.create(model, strict), onProcessor: [] };
  } catch (error) {
    if (!FELL_BACK.test(messageOf(error))) throw error;
    const onProcessor = await operatorsOnProcessor(ort, model, options);
    return { session: await ort.InferenceSession.create(model, options), onProcessor };
  }
}

/** Runs the model once on zeros with a profile, the one place where ONNX Runtime says what ran where. */
async function operatorsOnProcessor(
  ort: typeof OnnxRuntime,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'basin-profile-'));
  try {
    const profileFilePrefix = join(folder, 'profile');
    const session = await ort.InferenceSession.create(model, { ...options, enableProfiling: true, profileFilePrefix });
    try {
      await session.run(zeros(ort, session));
    } finally {
      session.endProfiling();
      await session.release();
    }
    const [file] = await readdir(folder);
    return file === undefined ? [] : operatorsOfProfile(await readFile(join(folder, file), 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function zeros(ort: typeof OnnxRuntime, session: InferenceSession): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const metadata of session.inputMetadata) {
    if (!metadata.isTensor) continue;
    const shape = metadata.shape.map(Number);
    const { data } = tensorFromNumbers(new Float64Array(elementCount(shape)), metadata.type as 'float32', shape);
    feeds[metadata.name] = new ort.Tensor(metadata.type as 'float32', data as Float32Array, shape);
  }
  return feeds;
}

/** The operators that a profile (trace events as JSON) shows on the processor. */
export function operatorsOfProfile(profile: string): string[] {
  const events = JSON.parse(profile) as readonly {
    readonly args?: { readonly op_name?: string; readonly provider?: string };
  }[];
  const names = events.flatMap(({ args }) =>
    args?.provider === 'CPUExecutionProvider' && args.op_name !== undefined ? [args.op_name] : [],
  );
  return [...new Set(names)].sort();
}
