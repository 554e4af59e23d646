import { FileType, Uri, workspace } from 'vscode';
import { filesOfLabel } from './checkpointFiles.ts';

/** The file that a label stands for, as `workspace.asRelativePath` gave it; undefined where it is gone. */
export async function fileOfLabel(label: string): Promise<Uri | undefined> {
  const folders = (workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: uri.fsPath }));
  for (const path of filesOfLabel(label, folders)) {
    const uri = Uri.file(path);
    const isFile = await workspace.fs.stat(uri).then(
      stat => (stat.type & FileType.File) !== 0,
      () => false,
    );
    if (isFile) return uri;
  }
  return undefined;
}
