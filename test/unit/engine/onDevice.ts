// Run as a program: computes a small graph on the device named by its argument and prints outputs and notes as JSON.
// A process of its own, because a Vulkan driver is chosen by the environment a process starts with.

import { createOnnxRuntimeEngine } from '../../../worker/engine/onnxruntime.ts';
import { apply, input, parameter } from '../../../worker/graph/graph.ts';
import type { DeviceName } from '../../../worker/results.ts';
import { tensorFromNumbers } from '../../../worker/tensor.ts';

const device = process.argv[2] as DeviceName;
const x = input('x', 'float32', [2, 3]);
const w = parameter('w', [3, 2]);
// WebGPU has a MatMul, and no Softsign or LogSoftmax.
const product = apply('MatMul', [x, w]);
const graph = {
  inputs: [x],
  outputs: [
    { name: 'softsign', value: apply('Softsign', [product]) },
    { name: 'logSoftmax', value: apply('LogSoftmax', [product], { axis: 1 }) },
  ],
};

const engine = createOnnxRuntimeEngine({ device, lanes: 1, threadsPerLane: 1 });
const program = engine.compile(graph, new Map([['w', 0]]), 1);
const outputs: number[][] = [];
for (const theta of [
  [1, 2, 3, 4, 5, 6],
  [0, 1, 0, -1, 2, 0],
]) {
  const session = await program.open(Float32Array.from(theta));
  for (const { data } of await session.run({ x: tensorFromNumbers([1, 0, -1, 2, 1, 0], 'float32', [2, 3]) })) {
    outputs.push(Array.from(data as Float32Array));
  }
  await session.close();
}
process.stdout.write(JSON.stringify({ device: engine.device, lanes: engine.lanes, outputs, notes: program.notes }));
await program.close();
await engine.dispose();
