import { dirname } from 'node:path';
import { FileType, Uri, workspace } from 'vscode';
import { missingParts, type ProjectPart } from './projectText.ts';

/** What the file is called that says which model and data belong to checkpoints. */
export const projectName = 'basin.json';

/**
 * Whether the workspace holds a basin.json: in a folder of the workspace or one level below, which takes no search, or
 * else anywhere.
 */
export async function hasProject(): Promise<boolean> {
  for (const { uri } of workspace.workspaceFolders ?? []) {
    const entries = await workspace.fs.readDirectory(uri);
    if (entries.some(([name]) => name === projectName)) return true;
    const folders = entries.filter(([, type]) => (type & FileType.Directory) !== 0);
    const found = await Promise.all(folders.map(([name]) => exists(Uri.joinPath(uri, name, projectName))));
    if (found.includes(true)) return true;
  }
  return (await workspace.findFiles(`**/${projectName}`, '**/node_modules/**', 1)).length > 0;
}

/** The basin.json of a file: in its folder or the nearest above it. */
export async function findProject(file: Uri): Promise<Uri | undefined> {
  for (let folder = dirname(file.fsPath); ; folder = dirname(folder)) {
    const candidate = Uri.joinPath(Uri.file(folder), projectName);
    if (await exists(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The text of a basin.json, with what is being edited in it. */
export async function readProjectText(project: Uri): Promise<string> {
  return (await workspace.openTextDocument(project)).getText();
}

/** Why a checkpoint's landscape needs the guide first, in one sentence; null where there is a basin.json with all it needs. */
export async function projectObstacle(checkpoint: Uri): Promise<string | null> {
  const project = await findProject(checkpoint);
  if (project === undefined) {
    return 'No basin.json says yet which model and data belong to this checkpoint; set up the project, which takes a few choices.';
  }
  // Only its author can mend what is no JSON; the engine says where.
  const missing = missingParts(await readProjectText(project)) ?? [];
  if (missing.length === 0) return null;
  const parts = missing.map(part => partNames[part]).join(' and no ');
  return `${workspace.asRelativePath(project)}: names no ${parts} yet; set up the project to add what is missing.`;
}

const partNames: Readonly<Record<ProjectPart, string>> = { model: 'model', data: 'training data' };

const exists = (uri: Uri): Thenable<boolean> =>
  workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
