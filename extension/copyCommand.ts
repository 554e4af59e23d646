import { env, window } from 'vscode';
import type { SurfaceResult } from '../worker/results.ts';
import { type CommandFiles, commandLineOf, shellOf, surfaceCommand } from './surfaceCommand.ts';

/** Puts the terminal line that computes a surface again onto the clipboard, quoted for the default terminal. */
export const copyCommand = (surface: SurfaceResult, files: CommandFiles): Promise<void> =>
  copyWords(surfaceCommand(surface, files));

/** Puts a command onto the clipboard, quoted for the default terminal. */
export async function copyWords(words: readonly string[]): Promise<void> {
  await env.clipboard.writeText(commandLineOf(words, shellOf(env.shell)));
  window.setStatusBarMessage('$(check) The command was copied.', 4000);
}
