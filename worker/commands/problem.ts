import { openCheckpoint } from '../checkpoint/open.ts';
import type { Position } from '../checkpoint/position.ts';
import { openSample, type Sample } from '../data/sample.ts';
import { inputError } from '../errors.ts';
import { allNodes, type ModelFile } from '../graph/onnx/read.ts';
import { type Binding, bindCheckpoint } from '../model/bind.ts';
import type { ParameterFilter } from '../model/parameterFilter.ts';
import { describeLoss, readLoss } from '../objective/loss.ts';
import { createObjective, type Objective, type ObjectiveParts } from '../objective/objective.ts';
import { nameInProject, openProject, type Project } from '../project.ts';
import type { Target } from '../protocol.ts';
import type { DataSource, Provenance, Split, StatisticsMode } from '../results.ts';
import { BASIN_VERSION } from '../version.ts';
import type { Context } from './context.ts';
import { checkMemory, memoryLimit, type Sizes, sizesOf, surfaceBytes } from './memoryPlan.ts';
import { openModel, siblingsOf } from './openModel.ts';

/** A checkpoint's objective, and what to say of every number computed from it. */
export interface Problem {
  readonly objective: Objective;
  /** What the objective is made of, for another over other examples. */
  readonly parts: ObjectiveParts;
  /** The project, with the loss that is measured. */
  readonly project: Project;
  readonly model: ModelFile;
  /** What of the checkpoint is in the model. */
  readonly binding: Binding;
  /** Which parameters θ consists of. */
  readonly parameters: ParameterFilter;
  /** The checkpoint's path as results name it: see `nameInProject`. */
  readonly checkpoint: string;
  readonly seed: number;
  /** How far training was. */
  readonly position: Position;
  /** About what a surface of it takes in memory. */
  readonly memoryBytes: number;
  /**
   * Provenance of what was computed since the problem was opened.
   * @param statistics which statistics normalisations used, `held` by default.
   */
  provenance(statistics?: StatisticsMode): Provenance;
  close(): Promise<void>;
}

/**
 * Opens everything a target names. Throws `input` or `incomplete` where something is wrong with it.
 * @param pairs of how many pairs of vectors, such as a plane's directions, will be held besides the checkpoint.
 * @param fewer what the user can do so that there are fewer, where they can: "take fewer planes".
 */
export async function openProblem(
  target: Target,
  { engines }: Pick<Context, 'engines'>,
  pairs = 1,
  fewer?: string,
): Promise<Problem> {
  const time = new Date();
  const started = performance.now();
  const named = await openProject(target.checkpoint, target.project);
  const parameters = parameterFilter(target, named);
  let sizes: Sizes = { parameters: 0, constants: 0 };
  const checkpoint = await openCheckpoint(target.checkpoint);
  const read = async () => {
    const opened = await openModel(named, checkpoint);
    const binding = await bindCheckpoint(opened.model, checkpoint, {
      parameters,
      constants: named.constants,
      siblings: siblingsOf(target.checkpoint),
      inspect(matches) {
        checkMemory(checkpoint.name, matches, parameters, memoryLimit(target.memoryBytes), pairs, fewer);
        sizes = sizesOf(matches, parameters);
      },
    });
    return { ...opened, binding };
  };
  const { model, source: modelSource, loss: settings, binding } = await read().finally(() => checkpoint.close());
  const project: Project = { ...named, loss: settings };
  const split = target.split ?? 'train';
  const seed = target.seed ?? project.seed;
  const loss = await readLoss(project.loss, project.directory);
  const engine = await engines.engine(lanes => surfaceBytes(sizes, lanes, pairs), target);
  const sample = await openSplit(project, split, target.samples ?? project.samples, seed);
  try {
    const memoryBytes = surfaceBytes(sizes, engine.lanes, pairs);
    const recomputingBytes = memoryLimit(target.memoryBytes) - memoryBytes;
    const parts = { model, binding, sample, loss, engine, recomputingBytes };
    const objective = await createObjective(parts);
    const name = nameInProject(project, target.checkpoint);
    return {
      objective,
      parts,
      project,
      model,
      binding,
      parameters,
      checkpoint: name,
      seed,
      position: checkpoint.position,
      memoryBytes,
      provenance: (statistics = 'held') => ({
        model: modelSource,
        checkpoint: { file: name, digest: binding.digest },
        ...(sample && { data: dataSource(project, split, sample) }),
        split,
        rows: sample?.rows ?? [0, 0],
        samples: objective.samples,
        seed,
        parameters: { count: objective.origin.length, ...parameters },
        loss: describeLoss(loss),
        mode: { batchNorm: usesBatchNorm(model) ? statistics : 'none', dropout: 'off' },
        dtype: engine.dtype,
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

const usesBatchNorm = (model: ModelFile): boolean =>
  allNodes(model.nodes).some(node => node.op_type === 'BatchNormalization');
