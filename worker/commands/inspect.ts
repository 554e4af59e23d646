import { openCheckpoint } from '../checkpoint/open.ts';
import { BasinError } from '../errors.ts';
import { matchTensors } from '../model/bind.ts';
import { openProject } from '../project.ts';
import type { Target } from '../protocol.ts';
import type { InspectResult } from '../results.ts';
import { openModel } from './problem.ts';

/**
 * Lists a checkpoint's tensors and, where a project is found, what each is in the model.
 * A model that does not fit is part of the answer; a checkpoint that cannot be read is an error.
 */
export async function inspect(target: Target): Promise<InspectResult> {
  const checkpoint = await openCheckpoint(target.checkpoint);
  try {
    const result: InspectResult = {
      kind: 'inspect',
      checkpoint: target.checkpoint,
      format: checkpoint.format,
      step: checkpoint.step,
      tensors: checkpoint.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    };
    try {
      const { model, source } = await openModel(await openProject(target.checkpoint, target.project));
      const { matches, unmatched, parameters } = matchTensors(model, checkpoint);
      return {
        ...result,
        model: source.file,
        matched: matches.map(({ tensor, initializer, role, rule }) => ({ tensor, initializer, role, rule })),
        unmatched,
        parameters,
      };
    } catch (error) {
      if (error instanceof BasinError) return { ...result, problem: error.message };
      throw error;
    }
  } finally {
    await checkpoint.close();
  }
}
