import { cp, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, runList } from '../../../worker/commands/run.ts';
import type { RunListRequest, RunRequest } from '../../../worker/protocol.ts';
import type { RunCheckpoint, RunResult, RunUpdate } from '../../../worker/results.ts';
import { Runs } from '../../../worker/run/runs.ts';
import { DIGITS_CNN, engines, never } from '../objective/problems.ts';

/** A copy of the digits' workspace with a store of its own, in which runs are listed and measured. */
export class Workspace {
  readonly reports: string[] = [];

  private constructor(readonly folder: string) {}

  static async create(): Promise<Workspace> {
    const folder = await mkdtemp(join(tmpdir(), 'basin-'));
    await cp(DIGITS_CNN, folder, { recursive: true, preserveTimestamps: true });
    const workspace = new Workspace(folder);
    for (const run of ['runs/batch-32', 'runs/batch-1024']) {
      for (const file of await readdir(workspace.path(run))) await workspace.settle(`${run}/${file}`);
    }
    return workspace;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  get store(): string {
    return this.path('results');
  }

  /** What a process begins with, which knows nothing but what is on disk. */
  newProcess(): Runs {
    return new Runs(message => this.reports.push(message));
  }

  /** Lets a file have been written so long ago that it counts as settled. */
  async settle(name: string, secondsAgo = 60): Promise<void> {
    const time = Math.floor(Date.now() / 1000) - secondsAgo;
    await utimes(this.path(name), time, time);
  }

  list(run = 'runs/batch-32', request: Partial<RunListRequest> = {}, runs = this.newProcess()): Promise<RunResult> {
    return runList({ folder: this.path(run), store: this.store, ...request }, runs, never);
  }

  /** Measures a run in a new process, as far as it is let. */
  async measure(
    folder = 'runs/batch-32',
    request: Partial<RunRequest> = {},
    signal: AbortSignal = never,
    onUpdate: (update: RunUpdate) => void | Promise<void> = () => {},
  ): Promise<{ readonly result: RunResult; readonly updates: readonly RunUpdate[] }> {
    const updates: RunUpdate[] = [];
    const whole = { folder: this.path(folder), store: this.store, threads: 2, ...request };
    for await (const update of run(whole, this.newProcess(), { engines, signal })) {
      updates.push(update);
      await onUpdate(update);
    }
    return { result: updates.at(-1)!.result, updates };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

/** What was begun to be measured: file and measure. */
export const begun = (updates: readonly RunUpdate[]): readonly string[] =>
  updates.flatMap(({ current }) => (current === null ? [] : [`${current.file} ${current.measure}`]));

/** File, presence and state of each checkpoint. */
export const states = ({ checkpoints }: RunResult): readonly string[] =>
  checkpoints.map(({ file, present, state }) => `${file} ${present ? state : `gone, ${state}`}`);

export function checkpointOf({ checkpoints }: RunResult, file: string, present = true): RunCheckpoint {
  const found = checkpoints.find(own => own.file === file && own.present === present);
  if (found === undefined) throw new Error(`${file} is not among ${checkpoints.map(own => own.file).join(', ')}`);
  return found;
}

/** A measure of a checkpoint; null where it is not known. */
export const measured = ({ measures }: RunCheckpoint, name: string): number | null => {
  const measure = measures.find(own => own.name === name);
  return measure === undefined ? null : Number(measure.value);
};
