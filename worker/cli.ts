#!/usr/bin/env node
/** The command line `basin`. */
import { writeFile } from 'node:fs/promises';
import { type CommandLine, parseCommandLine } from './cli/commandLine.ts';
import { formatResult } from './cli/format.ts';
import { ProgressBar } from './cli/progressBar.ts';
import { Engines } from './commands/context.ts';
import { devices } from './commands/devices.ts';
import { inspect } from './commands/inspect.ts';
import { loss } from './commands/loss.ts';
import { surface } from './commands/surface.ts';
import { BasinError, inputError, interruptedError, messageOf } from './errors.ts';
import type { Result } from './results.ts';

const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
process.once('SIGTERM', () => abort.abort());
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
  throw error;
});

const engines = new Engines('auto');
const context = { signal: abort.signal, engines };

/** Runs a verb; hands over its results as they grow. */
async function* run(command: CommandLine): AsyncGenerator<Result> {
  switch (command.verb) {
    case 'devices':
      yield await devices();
      return;
    case 'inspect':
      yield await inspect(command.target);
      return;
    case 'loss':
      yield await loss(command.target, context);
      return;
    case 'surface': {
      const bar = new ProgressBar(process.stderr);
      try {
        for await (const { result, progress, memoryBytes } of surface(command.target, context)) {
          bar.update(progress, memoryBytes);
          yield result;
        }
      } finally {
        bar.clear();
      }
    }
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
    if (command.out) {
      await writeFile(command.out, json).catch(error => {
        throw inputError(`${command.out}: cannot be written (${messageOf(error)}).`, error);
      });
    }
    process.stdout.write(command.json ? json : formatResult(result, { color: process.stdout.isTTY === true }));
  }
  if (failure) throw failure;
  return 0;
}

process.exitCode = await main().catch(error => {
  process.stderr.write(`basin: ${messageOf(error)}\n`);
  if (!(error instanceof BasinError) && process.env.BASIN_DEBUG) console.error(error);
  return error instanceof BasinError ? error.exitStatus : 1;
});
await engines.dispose();
