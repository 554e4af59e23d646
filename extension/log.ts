import { type LogOutputChannel, window } from 'vscode';
import type { Log } from './workerProcess.ts';

/** The output channel "Basin", and the function through which everything writes to it. */
export function createLog(): { readonly channel: LogOutputChannel; readonly log: Log } {
  const channel = window.createOutputChannel('Basin', { log: true });
  return { channel, log: (level, message) => channel[level](message) };
}
