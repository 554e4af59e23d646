import { isAbsolute, relative, resolve, sep } from 'node:path';
import { openCheckpoint } from '../checkpoint/open.ts';
import { openSample, type Sample } from '../data/sample.ts';
import { inputError } from '../errors.ts';
import type { ModelFile } from '../graph/onnx/read.ts';
import { bindCheckpoint } from '../model/bind.ts';
import type { ParameterFilter } from '../model/parameterFilter.ts';
import { describeLoss, readLoss } from '../objective/loss.ts';
import { createObjective, type Objective } from '../objective/objective.ts';
import { openProject, type Project } from '../project.ts';
import type { Target } from '../protocol.ts';
import type { DataSource, Provenance, Split } from '../results.ts';
import { BASIN_VERSION } from '../version.ts';
import type { Context } from './context.ts';
import { checkMemory, memoryLimit, type Sizes, sizesOf, surfaceBytes } from './memoryPlan.ts';
import { openModel, siblingsOf } from './openModel.ts';

/** A checkpoint's objective, and what to say of every number computed from it. */
export interface Problem {
  readonly objective: Objective;
  readonly project: Project;
  /** The checkpoint's path as results name it: see `nameInProject`. */
  readonly checkpoint: string;
  readonly seed: number;
  /** About what a surface of it takes in memory. */
  readonly memoryBytes: number;
  /** Provenance of what was computed since the problem was opened. */
  provenance(): Provenance;
  close(): Promise<void>;
}

/** Opens everything a target names. Throws `input` or `incomplete` where something is wrong with it. */
export async function openProblem(target: Target, { engines }: Pick<Context, 'engines'>): Promise<Problem> {
  const time = new Date();
  const started = performance.now();
  const project = await openProject(target.checkpoint, target.project);
  const { model, source: modelSource } = await openModel(project);
  const checkpoint = await openCheckpoint(target.checkpoint);
  const parameters = parameterFilter(target, project);
  let sizes: Sizes = { parameters: 0, constants: 0 };
  const binding = await bindCheckpoint(model, checkpoint, {
    parameters,
    siblings: siblingsOf(target.checkpoint),
    inspect(matches) {
      checkMemory(checkpoint.name, matches, parameters, memoryLimit(target.memoryBytes));
      sizes = sizesOf(matches, parameters);
    },
  }).finally(() => checkpoint.close());
  const split = target.split ?? 'train';
  const seed = target.seed ?? project.seed;
  const loss = await readLoss(project.loss, project.directory);
  const engine = await engines.engine(lanes => surfaceBytes(sizes, lanes), target);
  const sample = await openSplit(project, split, target.samples ?? project.samples, seed);
  try {
    const objective = await createObjective({ model, binding, sample, loss, engine });
    const name = nameInProject(project, target.checkpoint);
    return {
      objective,
      project,
      checkpoint: name,
      seed,
      memoryBytes: surfaceBytes(sizes, engine.lanes),
      provenance: () => ({
        model: modelSource,
        checkpoint: { file: name, digest: binding.digest },
        ...(sample && { data: dataSource(project, split, sample) }),
        split,
        rows: sample?.rows ?? [0, 0],
        samples: objective.samples,
        seed,
        parameters: { count: objective.origin.length, ...parameters },
        loss: describeLoss(loss),
        mode: { batchNorm: usesBatchNorm(model) ? 'held' : 'none', dropout: 'off' },
        dtype: 'float32',
        engine: engine.name,
        device: engine.device,
        threads: engine.threads,
        versions: { basin: BASIN_VERSION, node: process.versions.node },
        time: time.toISOString(),
        seconds: (performance.now() - started) / 1000,
        notes: objective.notes,
      }),
      close: async () => {
        await objective.close();
        await sample?.close();
      },
    };
  } catch (error) {
    await sample?.close();
    throw error;
  }
}

/** A file's path relative to basin.json's folder, which is the same on every machine, where it lies inside. */
export function nameInProject(project: Project, file: string): string {
  const path = relative(project.directory, resolve(file));
  return path.startsWith('..') || isAbsolute(path) ? file : path.split(sep).join('/');
}

/** Which parameters are varied: the request's patterns, else basin.json's. */
export function parameterFilter(target: Target, project: Project): ParameterFilter {
  return target.parameters ? { include: target.parameters, exclude: [] } : project.parameters;
}

/** The sample of a split; null where the project names no data at all. */
async function openSplit(project: Project, split: Split, samples: number, seed: number): Promise<Sample | null> {
  const { data, directory, inputFormat, order } = project;
  if (!data.train && !data.test) return null;
  const own = data[split];
  if (!own) throw inputError(`${project.file}: "data" has no "${split}" split.`);
  return openSample({ ...own, ...inputFormat, samples, seed, order }, directory);
}

function dataSource({ data, inputFormat, order }: Project, split: Split, sample: Sample): DataSource {
  const { inputs } = data[split]!;
  const file = typeof inputs === 'string' ? inputs : Object.values(inputs).join(', ');
  return { file, digest: sample.digest, order, ...inputFormat };
}

const usesBatchNorm = (model: ModelFile): boolean => model.nodes.some(node => node.op_type === 'BatchNormalization');
