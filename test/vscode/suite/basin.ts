/** The extension under test and its demo workspace, for the suites beside this file. */
import { truncateSync } from 'node:fs';
import { commands, type Extension, extensions, Uri, workspace } from 'vscode';
import type { BasinApi } from '../../../extension/api.ts';
import type { PanelState } from '../../../webview/messages.ts';

/** Basin, whether or not it is active yet. */
export function basin(): Extension<BasinApi> {
  const extension = extensions.getExtension<BasinApi>('basin.basin');
  if (!extension) throw new Error('basin.basin: VS Code did not load the extension.');
  return extension;
}

/** A file of the open workspace, which is a copy of the demo. */
export function workspaceFile(...path: string[]): Uri {
  const folder = workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('No workspace is open.');
  return Uri.joinPath(folder.uri, ...path);
}

/** Cuts a copy of a demo checkpoint to the given fraction of its size. */
export async function truncatedCheckpoint(name: string, fraction: number): Promise<Uri> {
  const original = workspaceFile('runs', 'batch-32', 'epoch_024.pt');
  const copy = workspaceFile('runs', 'batch-32', name);
  await workspace.fs.copy(original, copy, { overwrite: true });
  const { size } = await workspace.fs.stat(copy);
  truncateSync(copy.fsPath, Math.floor(size * fraction));
  return copy;
}

/** Chooses Visualize Landscape for a checkpoint, as the Explorer's menu does. */
export const visualize = (checkpoint: Uri): Thenable<unknown> =>
  commands.executeCommand('basin.visualizeLandscape', checkpoint, [checkpoint]);

/** The first state of the last opened panel for which the predicate holds; rejects where that takes too long. */
export async function panelState(wanted: string, holds: (state: PanelState) => boolean): Promise<PanelState> {
  const api = await basin().activate();
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const state = api.panelState;
      if (!state || !holds(state)) return;
      clearTimeout(limit);
      subscription.dispose();
      resolve(state);
    };
    const subscription = api.onDidChangePanelState(check);
    const limit = setTimeout(() => {
      subscription.dispose();
      const { phase, message, progress } = api.panelState ?? {};
      reject(new Error(`Waited for ${wanted}; the panel is ${JSON.stringify({ phase, message, progress })}`));
    }, 300_000);
    check();
  });
}
