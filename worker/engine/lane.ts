/**
 * A computing thread: owns ONNX Runtime sessions and runs them one after the other.
 *
 * onnxruntime-node computes on the thread that calls it. Sessions of one thread each, in as many threads as there are
 * processors, keep every core busy through session creation and the small operators too, and leave the main thread
 * free to answer; on ResNet-20 that is a fifth faster than one session of two threads (bench/).
 */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../tensor.ts';
import type { LaneOptions, LaneReply, LaneRequest } from './laneProtocol.ts';

const { threads } = workerData as LaneOptions;
const programs = new Map<number, Uint8Array>();
const sessions = new Map<number, InferenceSession>();

const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // Warnings about folded initializers would flood the log at every cell.
  logSeverityLevel: 3,
};

async function handle(request: LaneRequest): Promise<readonly Tensor[]> {
  switch (request.kind) {
    case 'program':
      programs.set(request.program, request.model);
      return [];
    case 'open': {
      const model = programs.get(request.program)!;
      const { theta } = request;
      const data = new Uint8Array(theta.buffer, theta.byteOffset, theta.byteLength);
      const external = data.length > 0 ? { externalData: [{ path: 'theta', data }] } : {};
      sessions.set(request.session, await InferenceSession.create(model, { ...sessionOptions, ...external }));
      return [];
    }
    case 'run': {
      const session = sessions.get(request.session)!;
      const feeds: Record<string, OrtTensor> = {};
      for (const name of session.inputNames) {
        const { dtype, shape, data } = request.feeds[name]!;
        feeds[name] = new OrtTensor(dtype, data, shape);
      }
      const results = await session.run(feeds);
      return session.outputNames.map(name => {
        const { type, data, dims } = results[name]!;
        return { dtype: type, shape: dims, data } as Tensor;
      });
    }
    case 'close': {
      const session = sessions.get(request.session);
      sessions.delete(request.session);
      await session?.release();
      return [];
    }
  }
}

parentPort!.on('message', async (request: LaneRequest) => {
  let reply: LaneReply;
  try {
    reply = { id: request.id, outputs: await handle(request) };
  } catch (error) {
    reply = { id: request.id, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort!.postMessage(reply);
});
