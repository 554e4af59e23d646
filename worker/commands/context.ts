import { availableParallelism } from 'node:os';
import { chooseDevice } from '../engine/devices.ts';
import type { Engine } from '../engine/engine.ts';
import { createOnnxRuntimeEngine } from '../engine/onnxruntime.ts';
import { createReferenceEngine } from '../engine/reference.ts';
import { createTfjsEngine } from '../engine/tfjs.ts';
import { usageError } from '../errors.ts';
import type { Target } from '../protocol.ts';
import type { DeviceName } from '../results.ts';
import { memoryLimit } from './memoryPlan.ts';

/** What a target says of where and with how much it is computed. */
type Resources = Pick<Target, 'threads' | 'memoryBytes' | 'device' | 'engine'>;

/** What a command needs of the process it runs in. */
export interface Context {
  readonly signal: AbortSignal;
  readonly engines: Engines;
  /** Receives what the user should find when something looks odd, a sentence at a time; absent: nobody is there. */
  readonly log?: (message: string) => void;
}

/**
 * Keeps engines for all commands of a process, since their threads and libraries take a while to start. One that is in
 * use is never closed for another: problems of very different sizes may be computed at the same time.
 */
export class Engines {
  private readonly engines = new Map<string, Engine>();

  /** @param defaultDevice where targets are computed that name no device. */
  constructor(private readonly defaultDevice: DeviceName | 'auto' = 'cpu') {}

  /**
   * An engine with as many lanes of one thread each as threads were asked for and memory allows; on a device other than
   * the processor with a single lane, since the device itself is what is shared.
   * @param bytesOf what the problem at hand takes with so many lanes.
   * @param resources `threads` 0 are all the machine has; for `memoryBytes` see `memoryLimit`.
   * Throws `usage` where the device cannot be used.
   */
  async engine(bytesOf: (lanes: number) => number, resources: Resources = {}): Promise<Engine> {
    if (resources.engine === 'reference') return referenceEngine(resources);
    if (resources.engine === 'tfjs') return tfjsEngine(resources);
    const { threads = 0 } = resources;
    const limit = memoryLimit(resources.memoryBytes);
    const device = await chooseDevice(resources.device ?? this.defaultDevice);
    const wanted = threads > 0 ? threads : availableParallelism();
    let lanes = device === 'cpu' ? wanted : 1;
    while (lanes > 1 && bytesOf(lanes) > limit) lanes--;
    const threadsPerLane = Math.max(1, Math.floor(wanted / lanes));
    const key = `${device} ${lanes}×${threadsPerLane}`;
    const engine = this.engines.get(key) ?? createOnnxRuntimeEngine({ device, lanes, threadsPerLane });
    this.engines.set(key, engine);
    return engine;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.engines.values()].map(engine => engine.dispose()));
    this.engines.clear();
  }
}

/** Plain TypeScript on the thread of whoever asks, wherever that is. */
function referenceEngine({ device = 'auto' }: Resources): Engine {
  if (device === 'auto' || device === 'cpu') return createReferenceEngine();
  throw usageError(`The engine reference computes on the processor only; leave --device ${device} out.`);
}

/** TensorFlow.js where its backend computes; another device cannot be asked for. */
async function tfjsEngine({ device = 'auto' }: Resources): Promise<Engine> {
  const engine = await createTfjsEngine();
  if (device === 'auto' || device === engine.device) return engine;
  throw usageError(
    `The engine tfjs computes on ${engine.device} here (${engine.name}), not on ${device}; leave --device out, or install another TensorFlow.js (see "basin devices").`,
  );
}
