import { openCheckpoint } from '../checkpoint/open.ts';
import { BasinError } from '../errors.ts';
import { problemOf } from '../model/bind.ts';
import { matchTensors } from '../model/match.ts';
import { selects } from '../model/parameterFilter.ts';
import { openProject } from '../project.ts';
import type { Target } from '../protocol.ts';
import type { InspectResult } from '../results.ts';
import { elementCount } from '../tensor.ts';
import { openModel, ownModelOf, siblingsOf } from './openModel.ts';
import { parameterFilter } from './problem.ts';

/**
 * Lists a checkpoint's tensors and, where a project is found, what each is in the model.
 * A model that does not fit is part of the answer; a checkpoint that cannot be read is an error.
 */
export async function inspect(target: Target): Promise<InspectResult> {
  const checkpoint = await openCheckpoint(target.checkpoint);
  try {
    const ownModel = await ownModelOf(checkpoint);
    const result: InspectResult = {
      kind: 'inspect',
      checkpoint: target.checkpoint,
      format: checkpoint.format,
      step: checkpoint.position.step ?? checkpoint.position.epoch,
      tensors: checkpoint.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
      unreadable: checkpoint.unreadable,
      ...(ownModel && { ownModel }),
      ...(checkpoint.notes && { notes: checkpoint.notes }),
    };
    try {
      const project = await openProject(target.checkpoint, target.project);
      const { model, source } = await openModel(project, checkpoint);
      const matching = await matchTensors(model, checkpoint, siblingsOf(target.checkpoint));
      const filter = parameterFilter(target, project);
      const parameters = new Map(
        matching.matches
          .filter(({ role, tensor }) => role === 'parameter' && selects(filter, tensor))
          .map(({ source: tensor }) => [tensor.storage ?? tensor.name, elementCount(tensor.shape)]),
      );
      const problem = problemOf(model, checkpoint, matching, project.constants);
      return {
        ...result,
        model: source.file,
        matched: matching.matches.map(({ source: _, ...match }) => match),
        unmatched: matching.unmatched,
        parameters: [...parameters.values()].reduce((sum, count) => sum + count, 0),
        notes: [...(checkpoint.notes ?? []), ...matching.notes],
        ...(problem && { problem }),
      };
    } catch (error) {
      if (error instanceof BasinError) return { ...result, problem: error.message };
      throw error;
    }
  } finally {
    await checkpoint.close();
  }
}
