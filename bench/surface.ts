/** Cells a second of a surface in Basin, in one configuration. Runs as a process of its own and prints one JSON object. */
import { coordinates } from '../worker/analysis/grid.ts';
import { surface } from '../worker/analysis/surface.ts';
import { randomDirection } from '../worker/direction/random.ts';
import type { Engine, Program } from '../worker/engine/engine.ts';
import { createOnnxRuntimeEngine, type OnnxRuntimeOptions } from '../worker/engine/onnxruntime.ts';
import { type BenchProblem, openBenchObjective } from './problem.ts';

export interface SurfaceBench extends BenchProblem {
  readonly cells: number;
  readonly engine: OnnxRuntimeOptions;
}

export interface SurfaceFigures {
  readonly cellsPerSecond: number;
  readonly loss: number;
  /** Milliseconds to open and close a session while nothing else runs. */
  readonly sessionMilliseconds: number;
  /** The most memory the process had, in MB. */
  readonly peakMegabytes: number;
}

/** An engine that hands out its programs, so that their sessions can be timed alone. */
function observed(engine: Engine, programs: Program[]): Engine {
  return {
    ...engine,
    compile(graph, layout, runs) {
      const program = engine.compile(graph, layout, runs);
      programs.push(program);
      return program;
    },
  };
}

/** Milliseconds to open and close a session of a program while nothing else runs. */
async function sessionMilliseconds(program: Program, theta: Float32Array): Promise<number> {
  const count = 8;
  const start = performance.now();
  for (let index = 0; index < count; index++) await (await program.open(theta)).close();
  return (performance.now() - start) / count;
}

async function measure(bench: SurfaceBench): Promise<SurfaceFigures> {
  const programs: Program[] = [];
  const engine = observed(createOnnxRuntimeEngine(bench.engine), programs);
  const objective = await openBenchObjective(bench, engine);
  const signal = new AbortController().signal;
  const directions = {
    x: randomDirection(objective, 0, 'x', 'weights'),
    y: randomDirection(objective, 0, 'y', 'weights'),
  };
  const warm = await Promise.all([1, 2, 3].map(() => objective.evaluate(objective.origin, signal)));
  const session = await sessionMilliseconds(programs[0]!, objective.origin);

  const plan = { planes: [directions], x: coordinates(bench.cells, 0.5), y: [0.1] };
  const start = performance.now();
  for await (const _ of surface(objective, plan, signal));
  const seconds = (performance.now() - start) / 1000;
  await objective.close();
  await engine.dispose();
  return {
    // The surface also evaluates the origin, which is no cell of this grid.
    cellsPerSecond: (bench.cells + 1) / seconds,
    loss: warm[0]!.loss,
    sessionMilliseconds: session,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]!) as SurfaceBench)));
