import { join } from 'node:path';
import { Engines } from '../../../worker/commands/context.ts';
import { openProblem, type Problem } from '../../../worker/commands/problem.ts';
import type { Target } from '../../../worker/protocol.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Workspaces that travel with the project. */
export const DIGITS_CNN = join(ROOT, 'demo');
export const DIGITS_MLP = join(ROOT, 'test/fixtures/digits-mlp');

/** Numbers and directions that PyTorch computed for the demo's checkpoints. */
export const CNN_REFERENCE = join(ROOT, 'test/fixtures/digits-cnn');

/** Where further cases are; absent on most machines. */
export const CASES = process.env.BASIN_CASES;

/** The engine of all tests of a file: two lanes of a thread each. */
export const engines = new Engines();

/** Opens a problem, hands it to `use`, and closes it. */
export async function withProblem<T>(target: Target, use: (problem: Problem) => Promise<T>): Promise<T> {
  const problem = await openProblem({ threads: 2, ...target }, { engines });
  try {
    return await use(problem);
  } finally {
    await problem.close();
  }
}

export const never: AbortSignal = new AbortController().signal;
