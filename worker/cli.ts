#!/usr/bin/env node
/** The command line `basin`. */
import { writeFile } from 'node:fs/promises';
import { type CommandLine, parseCommandLine } from './cli/commandLine.ts';
import { formatResult } from './cli/format.ts';
import { ProgressBar, type Unit } from './cli/progressBar.ts';
import { StatusLine } from './cli/statusLine.ts';
import { compare } from './commands/compare.ts';
import { Engines } from './commands/context.ts';
import { convexity } from './commands/convexity.ts';
import { devices } from './commands/devices.ts';
import { inspect } from './commands/inspect.ts';
import { interpolate } from './commands/interpolate.ts';
import { loss } from './commands/loss.ts';
import { prune } from './commands/prune.ts';
import { run as measureRun } from './commands/run.ts';
import { sharpness } from './commands/sharpness.ts';
import { spectrum } from './commands/spectrum.ts';
import { surface } from './commands/surface.ts';
import { volume } from './commands/volume.ts';
import { RESULTS_VARIABLE } from './environment.ts';
import { BasinError, inputError, interruptedError, messageOf } from './errors.ts';
import type { Keeping } from './protocol.ts';
import type { Result } from './results.ts';
import { runCsv } from './run/csv.ts';
import { Runs } from './run/runs.ts';

const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
process.once('SIGTERM', () => abort.abort());
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
  throw error;
});

const engines = new Engines('auto');
const context = {
  signal: abort.signal,
  engines,
  log: (message: string): void => void process.stderr.write(`${message}\n`),
};

const { [RESULTS_VARIABLE]: results } = process.env;
/** Where results are kept unless the command line or basin.json says. */
const keeping: Keeping = results ? { defaultStore: results } : {};

/** A measure of sharpness is a few numbers. */
const MEASURES: Unit = { singular: 'measure', bytes: 1000 };

/** A direction is two numbers. */
const DIRECTIONS: Unit = { singular: 'direction', bytes: 40 };

/** Directions, networks drawn at random and evidences found, of which only the first leave something behind. */
const STEPS: Unit = { singular: 'step', bytes: 40 };

/** Points of a line hold the numbers of a cell, and how they lie to its ends. */
const POINTS: Unit = { singular: 'point', bytes: 200 };

const CHECKPOINTS: Unit = { singular: 'checkpoint', bytes: 5000 };

/** Runs a verb; hands over its results as they grow. */
async function* run(command: CommandLine): AsyncGenerator<Result> {
  switch (command.verb) {
    case 'devices':
      yield await devices();
      return;
    case 'prune':
      yield await prune({ ...keeping, ...command.target });
      return;
    case 'inspect':
      yield await inspect(command.target);
      return;
    case 'loss':
      yield await loss(command.target, context);
      return;
    case 'spectrum':
      yield* shown(new StatusLine(process.stderr), spectrum({ ...keeping, ...command.target }, context));
      return;
    case 'convexity':
      yield* shown(new ProgressBar(process.stderr), convexity(command.target, context));
      return;
    case 'sharpness':
      yield* shown(new ProgressBar(process.stderr, MEASURES), sharpness({ ...keeping, ...command.target }, context));
      return;
    case 'compare':
      yield* shown(
        new ProgressBar(process.stderr, CHECKPOINTS),
        compare({ ...keeping, ...command.target }, new Runs(context.log), context),
      );
      return;
    case 'interpolate':
      yield* shown(new ProgressBar(process.stderr, POINTS), interpolate({ ...keeping, ...command.target }, context));
      return;
    case 'volume':
      yield* shown(
        new ProgressBar(process.stderr, command.target.volumes?.includes('function') ? STEPS : DIRECTIONS),
        volume({ ...keeping, ...command.target }, context),
      );
      return;
    case 'run': {
      const updates = measureRun({ ...keeping, ...command.target }, new Runs(context.log), context);
      yield* shown(new ProgressBar(process.stderr, CHECKPOINTS), updates);
      return;
    }
    case 'surface':
      yield* shown(new ProgressBar(process.stderr), surface({ ...keeping, ...command.target }, context));
  }
}

/** Hands over the results of updates, and shows on a line of the terminal where they stand. */
async function* shown<U extends { readonly result: Result }>(
  line: { update(update: U): void; clear(): void },
  updates: AsyncIterable<U>,
): AsyncGenerator<Result> {
  try {
    for await (const update of updates) {
      line.update(update);
      yield update.result;
    }
  } finally {
    line.clear();
  }
}

async function main(): Promise<number> {
  const command = parseCommandLine(process.argv.slice(2));
  if ('text' in command) {
    process.stdout.write(command.text);
    return 0;
  }
  let result: Result | null = null;
  let failure: unknown = null;
  try {
    for await (const partial of run(command)) result = partial;
  } catch (error) {
    // What was finished is kept where the user interrupted; any other failure leaves nothing to trust.
    failure = abort.signal.aborted ? interruptedError() : error;
    if (!abort.signal.aborted) result = null;
  }
  if (result) {
    const json = `${JSON.stringify(result)}\n`;
    const values = command.csv !== null && result.kind === 'run' ? runCsv([{ label: result.folder, result }]) : '';
    if (command.out) await write(command.out, json);
    if (command.csv !== null && command.csv !== '-') await write(command.csv, values);
    const text = (): string => formatResult(result!, { color: process.stdout.isTTY === true });
    process.stdout.write(command.csv === '-' ? values : command.json ? json : text());
  }
  if (failure) throw failure;
  return 0;
}

const write = (file: string, content: string): Promise<void> =>
  writeFile(file, content).catch(error => {
    throw inputError(`${file}: cannot be written (${messageOf(error)}).`, error);
  });

process.exitCode = await main().catch(error => {
  process.stderr.write(`basin: ${messageOf(error)}\n`);
  if (!(error instanceof BasinError) && process.env.BASIN_DEBUG) console.error(error);
  return error instanceof BasinError ? error.exitStatus : 1;
});
await engines.dispose();
