import { type Disposable, commands as vscodeCommands, window, workspace } from 'vscode';
import { messageOf } from '../worker/errors.ts';
import { contextKeys, setUpViewId } from './commands.ts';
import { hasProject, projectName } from './projectFiles.ts';
import type { Log } from './workerProcess.ts';

/** Shows the view in the Explorer that offers to set up a project, as long as the workspace has no basin.json. */
export function offerSetUp(log: Log): Disposable & { readonly projectFound: Promise<boolean> } {
  const look = async (): Promise<boolean> => {
    const found = await hasProject().catch(error => {
      log('warn', `The workspace could not be looked at for ${projectName}: ${messageOf(error)}`);
      return true;
    });
    await vscodeCommands.executeCommand('setContext', contextKeys.lacksProject, !found);
    return found;
  };
  const watcher = workspace.createFileSystemWatcher(`**/${projectName}`, false, true, false);
  watcher.onDidCreate(look);
  watcher.onDidDelete(look);
  // The view holds nothing but its welcome, which package.json contributes.
  const view = window.registerTreeDataProvider(setUpViewId, { getChildren: () => [], getTreeItem: item => item });
  const folders = workspace.onDidChangeWorkspaceFolders(look);
  return {
    projectFound: look(),
    dispose: () => {
      for (const disposable of [watcher, view, folders]) disposable.dispose();
    },
  };
}
