import { availableParallelism, totalmem } from 'node:os';
import { chooseDevice } from '../engine/devices.ts';
import type { Engine } from '../engine/engine.ts';
import { createOnnxRuntimeEngine } from '../engine/onnxruntime.ts';
import type { Target } from '../protocol.ts';
import type { DeviceName } from '../results.ts';

/** What a target says of where and with how much it is computed. */
type Resources = Pick<Target, 'threads' | 'memoryBytes' | 'device'>;

/** What a command needs of the process it runs in. */
export interface Context {
  readonly signal: AbortSignal;
  readonly engines: Engines;
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
   * @param laneBytes what a lane needs for the problem at hand.
   * @param resources `threads` 0 are all the machine has; `memoryBytes` is a quarter of the machine's by default.
   * Throws `usage` where the device cannot be used.
   */
  async engine(laneBytes: number, resources: Resources = {}): Promise<Engine> {
    const { threads = 0, memoryBytes = totalmem() / 4 } = resources;
    const device = await chooseDevice(resources.device ?? this.defaultDevice);
    const wanted = threads > 0 ? threads : availableParallelism();
    const lanes = device === 'cpu' ? Math.max(1, Math.min(wanted, Math.floor(memoryBytes / laneBytes))) : 1;
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
