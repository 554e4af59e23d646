/**
 * A computing thread: owns ONNX Runtime sessions and runs them one after the other.
 *
 * onnxruntime-node computes on the thread that calls it. Sessions of one thread each, in as many threads as there are
 * processors, keep every core busy through session creation and the small operators too, and leave the main thread
 * free to answer; on ResNet-20 that is a fifth faster than one session of two threads (bench/).
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { messageOf } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import type { Feeds } from './engine.ts';
import type { LaneAnswer, LaneOptions, LaneReply, LaneRequest, ParameterInput } from './laneProtocol.ts';
import { openOnDevice } from './placement.ts';
import { findRuntime } from './runtime.ts';

const { device, threads } = workerData as LaneOptions;
const ort = findRuntime().load();

interface Program {
  readonly model: Uint8Array;
  readonly parameters: readonly ParameterInput[];
  /** The one session of a program whose parameters are inputs. */
  shared: Pick<OpenSession, 'session' | 'onProcessor'> | null;
}

interface OpenSession {
  readonly session: InferenceSession;
  /** Operators that the device lacks. */
  readonly onProcessor: readonly string[];
  readonly parameters: Readonly<Record<string, OrtTensor>>;
  close(): Promise<void>;
}

const programs = new Map<number, Program>();
const sessions = new Map<number, OpenSession>();

const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: [device],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // Warnings about folded initializers would flood the log at every cell.
  logSeverityLevel: 3,
};

async function open(program: Program, theta: Float32Array): Promise<OpenSession> {
  if (program.parameters.length > 0) {
    program.shared ??= await create(program.model, sessionOptions);
    const parameters = Object.fromEntries(
      program.parameters.map(({ name, offset, shape }) => {
        const size = shape.reduce((product, length) => product * length, 1);
        return [name, new ort.Tensor('float32', theta.subarray(offset, offset + size), shape)];
      }),
    );
    return { ...program.shared, parameters, close: async () => {} };
  }
  const data = new Uint8Array(theta.buffer, theta.byteOffset, theta.byteLength);
  const external = data.length > 0 ? { externalData: [{ path: 'theta', data }] } : {};
  const opened = await create(program.model, { ...sessionOptions, ...external });
  return { ...opened, parameters: {}, close: () => opened.session.release() };
}

/** Opens a session; on a device other than the processor, notices what falls back to it. */
async function create(
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<Pick<OpenSession, 'session' | 'onProcessor'>> {
  if (device !== 'cpu') return openOnDevice(ort, model, options);
  return { session: await ort.InferenceSession.create(model, options), onProcessor: [] };
}

async function run({ session, parameters }: OpenSession, feeds: Feeds): Promise<readonly Tensor[]> {
  const inputs: Record<string, OrtTensor> = {};
  for (const name of session.inputNames) {
    const feed = feeds[name];
    inputs[name] = feed ? new ort.Tensor(feed.dtype, feed.data, feed.shape) : parameters[name]!;
  }
  const results = await session.run(inputs);
  return session.outputNames.map(name => {
    const { type, data, dims } = results[name]!;
    return { dtype: type, shape: dims, data } as Tensor;
  });
}

async function handle(request: LaneRequest): Promise<LaneAnswer> {
  switch (request.kind) {
    case 'program':
      programs.set(request.program, { model: request.model, parameters: request.parameters, shared: null });
      return {};
    case 'forget': {
      const program = programs.get(request.program);
      programs.delete(request.program);
      await program?.shared?.session.release();
      return {};
    }
    case 'open': {
      const session = await open(programs.get(request.program)!, request.theta);
      sessions.set(request.session, session);
      return { onProcessor: session.onProcessor };
    }
    case 'run':
      return { outputs: await run(sessions.get(request.session)!, request.feeds) };
    case 'close': {
      const session = sessions.get(request.session);
      sessions.delete(request.session);
      await session?.close();
      return {};
    }
  }
}

parentPort!.on('message', async (request: LaneRequest) => {
  let reply: LaneReply;
  try {
    reply = { id: request.id, answer: await handle(request) };
  } catch (error) {
    reply = { id: request.id, error: messageOf(error) };
  }
  parentPort!.postMessage(reply);
});
