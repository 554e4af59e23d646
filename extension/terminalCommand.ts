import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { RESULTS_VARIABLE } from '../worker/environment.ts';

/** A program `basin` for the terminal: its file's name, and its text. */
interface Launcher {
  readonly name: string;
  readonly text: string;
}

/**
 * Starts the command line with the Node that runs us, so that none need be installed; VS Code's own binary on the desktop
 * behaves as Node with the variable.
 */
export function launcher(platform: NodeJS.Platform, node: string, script: string): Launcher {
  if (platform === 'win32') {
    const lines = ['@echo off', 'setlocal', 'set ELECTRON_RUN_AS_NODE=1', `"${node}" "${script}" %*`, ''];
    return { name: 'basin.cmd', text: lines.join('\r\n') };
  }
  const quote = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
  return {
    name: 'basin',
    text: `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quote(node)} ${quote(script)} "$@"\n`,
  };
}

/** The variables of VS Code's terminals, as much of them as is needed. */
interface TerminalVariables {
  description: string | { readonly value: string } | undefined;
  prepend(variable: string, value: string): void;
  replace(variable: string, value: string): void;
}

/**
 * Lets the integrated terminal find the command line that belongs to this extension, in a folder of ours, and lets that
 * find the results that the extension keeps.
 */
export async function offerInTerminal(
  folder: string,
  script: string,
  results: string,
  variables: TerminalVariables,
): Promise<void> {
  const { name, text } = launcher(process.platform, process.execPath, script);
  const file = join(folder, name);
  // Another version may have left its own.
  if ((await readFile(file, 'utf8').catch(() => null)) !== text) {
    await mkdir(folder, { recursive: true });
    await writeFile(file, text);
    await chmod(file, 0o755);
  }
  variables.description = 'Adds the command `basin`, which shares its results with the panels';
  variables.prepend('PATH', `${folder}${delimiter}`);
  variables.replace(RESULTS_VARIABLE, results);
}
