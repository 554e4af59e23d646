/** The default engine: ONNX Runtime, in a pool of computing threads on the processor or in one on another device. */
import { Worker } from 'node:worker_threads';
import { computationError } from '../errors.ts';
import { type Value, valuesOf } from '../graph/graph.ts';
import { writeModel } from '../graph/onnx/write.ts';
import type { DeviceName } from '../results.ts';
import { elementCount } from '../tensor.ts';
import type { Engine, Session } from './engine.ts';
import type { LaneAnswer, LaneOptions, LaneReply, LaneRequest, ParameterInput } from './laneProtocol.ts';
import { findRuntime } from './runtime.ts';

/** The computing thread's script, always bundled: Node 20 runs no TypeScript in a thread. */
const LANE_SCRIPT = new URL(import.meta.url.endsWith('.ts') ? '../../dist/lane.js' : './lane.js', import.meta.url);

/**
 * Multiplications of convolutions from which on it pays to open a session for each point.
 * With constant weights ONNX Runtime reorders convolutions to its blocked layout and fuses what follows, which halves
 * their time (ResNet-20: 200 instead of 400 ms), but a session takes 2 to 10 ms to open. The two meet near this many
 * (bench/). Without convolutions there is nothing to gain.
 */
const FOLDING_MULTIPLICATIONS = 1e8;

/** Whether parameters become constants of a session made for each point, or inputs of one session. */
function foldsParameters(values: readonly Value[], runs: number): boolean {
  const multiplications = values.reduce((sum, value) => {
    if (value.kind !== 'applied' || value.operator !== 'Conv') return sum;
    const [, ...filter] = value.inputs[1]!.shape;
    return sum + elementCount(value.shape) * elementCount(filter);
  }, 0);
  return multiplications * runs >= FOLDING_MULTIPLICATIONS;
}

type Unsent<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The main thread's side of one computing thread. */
class Lane {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, { resolve(answer: LaneAnswer): void; reject(error: Error): void }>();
  private readonly programs = new Set<number>();
  private nextId = 0;
  openSessions = 0;

  constructor(private readonly options: LaneOptions) {}

  private start(): Worker {
    const worker = new Worker(LANE_SCRIPT, { workerData: this.options });
    worker.on('message', (reply: LaneReply) => {
      const request = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if (reply.answer) request?.resolve(reply.answer);
      else request?.reject(failure(this.options.device, reply.error));
      // An idle thread must not keep a finished command line alive.
      if (this.waiting.size === 0) worker.unref();
    });
    worker.on('error', error => this.fail(computationError(`A computing thread failed: ${error.message}`, error)));
    worker.on('exit', () => this.fail(computationError('A computing thread stopped before it answered.')));
    return worker;
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  request(request: Unsent<LaneRequest>): Promise<LaneAnswer> {
    const id = this.nextId++;
    this.worker ??= this.start();
    const { worker } = this;
    worker.ref();
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...request });
    });
  }

  /** Sends a program's model the first time a session of it is opened here. */
  async prepare(program: number, model: Uint8Array, parameters: readonly ParameterInput[]): Promise<void> {
    if (this.programs.has(program)) return;
    this.programs.add(program);
    await this.request({ kind: 'program', program, model, parameters });
  }

  /** Frees a program that was prepared here. */
  async forget(program: number): Promise<void> {
    if (this.programs.delete(program)) await this.request({ kind: 'forget', program });
  }

  async dispose(): Promise<void> {
    if (!this.worker) return;
    // A thread that is ended while it still loads ONNX Runtime takes the whole process with it: it must answer first.
    await this.request({ kind: 'forget', program: -1 }).catch(() => {});
    await this.worker.terminate();
  }
}

export interface OnnxRuntimeOptions {
  /** Must be usable, see devices.ts; the default is the processor. */
  readonly device?: DeviceName;
  /** Sessions that run at the same time, each in a thread of its own. */
  readonly lanes: number;
  /** Processor threads of each session. */
  readonly threadsPerLane: number;
  /** How parameters reach the graph; the default is what was measured to be faster, see `foldsParameters`. */
  readonly parameters?: 'constants' | 'inputs';
}

/**
 * Starts the engine; its threads start when they are first used.
 * Throws `usage` where the ONNX Runtime that the user points to cannot be found.
 */
export function createOnnxRuntimeEngine(options: OnnxRuntimeOptions): Engine {
  const { device = 'cpu', lanes: laneCount, threadsPerLane } = options;
  const { version } = findRuntime();
  // NVIDIA's libraries round float32 factors to TF32, ten bits, unless they are told not to before they are loaded.
  if (device === 'cuda') process.env.NVIDIA_TF32_OVERRIDE = '0';
  const lanes = Array.from({ length: laneCount }, () => new Lane({ device, threads: threadsPerLane }));
  let nextProgram = 0;
  let nextSession = 0;

  const compile: Engine['compile'] = (graph, layout, runs) => {
    const program = nextProgram++;
    const values = valuesOf(graph);
    const slot = ({ name }: { readonly name: string }) => ({ file: 'theta', offset: 4 * layout.get(name)! });
    // Only the processor reorders constants to its liking; elsewhere a session for each point is compiled anew.
    const byMeasure = device === 'cpu' && foldsParameters(values, runs);
    const folded = options.parameters ? options.parameters === 'constants' : byMeasure;
    const onProcessor = new Set<string>();
    const model = writeModel(graph, folded ? { external: slot } : {});
    const parameters = folded
      ? []
      : values.flatMap(value =>
          value.kind === 'parameter' ? [{ name: value.name, shape: value.shape, offset: layout.get(value.name)! }] : [],
        );

    const open = async (theta: Float32Array): Promise<Session> => {
      const lane = lanes.reduce((least, other) => (other.openSessions < least.openSessions ? other : least));
      const session = nextSession++;
      lane.openSessions++;
      try {
        await lane.prepare(program, model, parameters);
        const opened = await lane.request({ kind: 'open', session, program, theta });
        for (const operator of opened.onProcessor ?? []) onProcessor.add(operator);
      } catch (error) {
        lane.openSessions--;
        throw error;
      }
      return {
        run: async feeds => (await lane.request({ kind: 'run', session, feeds })).outputs!,
        close: async () => {
          lane.openSessions--;
          await lane.request({ kind: 'close', session });
        },
      };
    };
    const close = async () => {
      await Promise.all(lanes.map(lane => lane.forget(program)));
    };
    return {
      open,
      close,
      get notes() {
        return onProcessor.size === 0 ? [] : [fallbackNote(device, [...onProcessor].sort())];
      },
    };
  };

  return {
    name: `onnxruntime ${version}`,
    dtype: 'float32',
    device,
    threads: laneCount * threadsPerLane,
    lanes: laneCount,
    compile,
    dispose: async () => {
      await Promise.all(lanes.map(lane => lane.dispose()));
    },
  };
}

function fallbackNote(device: DeviceName, operators: readonly string[]): string {
  return `${operators.join(', ')} ${operators.length === 1 ? 'was' : 'were'} computed on the processor, because ${device} cannot.`;
}

/** What fails on another device, for want of its memory say, may well work on the processor. */
const failure = (device: DeviceName, message: string): Error =>
  computationError(
    device === 'cpu'
      ? `ONNX Runtime: ${message}`
      : `ONNX Runtime on ${device}: ${message.trim().replace(/[.!]$/, '')}. Try the device cpu.`,
  );
