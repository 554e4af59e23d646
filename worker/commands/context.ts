import { availableParallelism, totalmem } from 'node:os';
import type { Engine } from '../engine/engine.ts';
import { createOnnxRuntimeEngine } from '../engine/onnxruntime.ts';

/** What a command needs of the process it runs in. */
export interface Context {
  readonly signal: AbortSignal;
  readonly engines: Engines;
}

/** Keeps one engine for all commands of a process, since its threads and libraries take a while to start. */
export class Engines {
  private current: { readonly key: string; readonly engine: Engine } | null = null;

  /**
   * An engine with as many lanes of one thread each as threads were asked for and memory allows.
   * @param laneBytes what a lane needs for the problem at hand.
   * @param threads 0 for all the machine has.
   * @param memoryBytes what all lanes may take together; by default a quarter of the machine's memory.
   */
  async engine(laneBytes: number, threads = 0, memoryBytes = totalmem() / 4): Promise<Engine> {
    const wanted = threads > 0 ? threads : availableParallelism();
    const lanes = Math.max(1, Math.min(wanted, Math.floor(memoryBytes / laneBytes)));
    const threadsPerLane = Math.max(1, Math.floor(wanted / lanes));
    const key = `${lanes}×${threadsPerLane}`;
    if (this.current?.key !== key) {
      await this.dispose();
      this.current = { key, engine: createOnnxRuntimeEngine({ lanes, threadsPerLane }) };
    }
    return this.current!.engine;
  }

  async dispose(): Promise<void> {
    await this.current?.engine.dispose();
    this.current = null;
  }
}
