/** The objective of a checkpoint in its project, as benchmarks need it. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openCheckpoint } from '../worker/checkpoint/open.ts';
import { openSample } from '../worker/data/sample.ts';
import type { Engine } from '../worker/engine/engine.ts';
import { readModel } from '../worker/graph/onnx/read.ts';
import { bindCheckpoint } from '../worker/model/bind.ts';
import { readLoss } from '../worker/objective/loss.ts';
import { createObjective, type Objective } from '../worker/objective/objective.ts';
import { openProject } from '../worker/project.ts';

export interface BenchProblem {
  readonly checkpoint: string;
  /** The first examples of the training data. */
  readonly samples: number;
  /** Examples at once; Basin's own choice where absent. */
  readonly batchSize?: number;
}

export async function openBenchObjective(
  { checkpoint: file, samples, batchSize }: BenchProblem,
  engine: Engine,
): Promise<Objective> {
  const project = await openProject(file);
  const model = readModel(await readFile(resolve(project.directory, project.model!)), project.model!);
  const checkpoint = await openCheckpoint(file);
  const binding = await bindCheckpoint(model, checkpoint);
  await checkpoint.close();
  const spec = { ...project.data.train!, ...project.inputFormat, samples };
  const sample = await openSample(spec, project.directory);
  const loss = await readLoss(project.loss, project.directory);
  const batch = batchSize === undefined ? {} : { batchSize };
  return createObjective({ model, binding, sample, loss, engine, ...batch });
}
