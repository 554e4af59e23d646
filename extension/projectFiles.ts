import { FileType, Uri, workspace } from 'vscode';

/**
 * Whether the workspace holds a basin.json where `activationEvents` looks for it: in a folder of the workspace or one
 * level below. It reads directories rather than search, which on a large workspace takes a process and seconds.
 */
export async function hasProject(): Promise<boolean> {
  for (const { uri } of workspace.workspaceFolders ?? []) {
    const entries = await workspace.fs.readDirectory(uri);
    if (entries.some(([name]) => name === projectName)) return true;
    const folders = entries.filter(([, type]) => (type & FileType.Directory) !== 0);
    const found = await Promise.all(folders.map(([name]) => exists(Uri.joinPath(uri, name, projectName))));
    if (found.includes(true)) return true;
  }
  return false;
}

const projectName = 'basin.json';

const exists = (uri: Uri): Thenable<boolean> =>
  workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
