import { availableParallelism, totalmem } from 'node:os';
import type { Engine } from '../engine/engine.ts';
import { createOnnxRuntimeEngine } from '../engine/onnxruntime.ts';

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

  /**
   * An engine with as many lanes of one thread each as threads were asked for and memory allows.
   * @param laneBytes what a lane needs for the problem at hand.
   * @param threads 0 for all the machine has.
   * @param memoryBytes what all lanes may take together; by default a quarter of the machine's memory.
   */
  engine(laneBytes: number, threads = 0, memoryBytes = totalmem() / 4): Engine {
    const wanted = threads > 0 ? threads : availableParallelism();
    const lanes = Math.max(1, Math.min(wanted, Math.floor(memoryBytes / laneBytes)));
    const threadsPerLane = Math.max(1, Math.floor(wanted / lanes));
    const key = `${lanes}×${threadsPerLane}`;
    const engine = this.engines.get(key) ?? createOnnxRuntimeEngine({ lanes, threadsPerLane });
    this.engines.set(key, engine);
    return engine;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.engines.values()].map(engine => engine.dispose()));
    this.engines.clear();
  }
}
