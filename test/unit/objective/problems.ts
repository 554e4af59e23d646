import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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

/** Opens a case of `closed-form/`, a graph whose output is the loss, in a workspace of its own; needs `CASES`. */
export async function withClosedForm<T>(name: string, use: (problem: Problem) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'basin-closed-'));
  try {
    for (const ending of ['onnx', 'npz']) {
      await copyFile(join(CASES!, 'closed-form', `${name}.${ending}`), join(folder, `${name}.${ending}`));
    }
    await writeFile(
      join(folder, 'basin.json'),
      JSON.stringify({ model: `${name}.onnx`, loss: 'output', constants: ['lambda_'] }),
    );
    return await withProblem({ checkpoint: join(folder, `${name}.npz`) }, use);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const never: AbortSignal = new AbortController().signal;
