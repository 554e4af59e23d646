import { dirname, extname } from 'node:path';
import { FileType, Uri, workspace } from 'vscode';
import { weightsIn } from '../worker/checkpoint/parts.ts';
import { resultsFolder } from '../worker/store/resultsFolder.ts';
import { mayHoldNetwork } from './checkpointFiles.ts';
import { namesIn } from './checkpointFolders.ts';
import type { Facts } from './landscape.ts';
import { missingParts, type ProjectPart, projectFacts, resultsNamedIn } from './projectText.ts';

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

/** The basin.json of a checkpoint: in it where it is a folder, beside it, or the nearest above it. */
export async function findProject(checkpoint: Uri): Promise<Uri | undefined> {
  for (let folder = checkpoint.fsPath; ; folder = dirname(folder)) {
    const candidate = Uri.joinPath(Uri.file(folder), projectName);
    if (await exists(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The text of a basin.json, with what is being edited in it. */
export async function readProjectText(project: Uri): Promise<string> {
  return (await workspace.openTextDocument(project)).getText();
}

/** What basin.json says of a checkpoint, and why its landscape needs the guide first where it does not say enough. */
export async function projectFactsOf(checkpoint: Uri): Promise<Facts> {
  const project = await findProject(checkpoint);
  const bringsModel = await mayBringModel(checkpoint);
  if (project === undefined) {
    const parts = bringsModel ? 'data belong' : 'model and data belong';
    return {
      obstacle: lacking(
        `No basin.json says yet which ${parts} to this checkpoint; set up the project, which takes a few choices.`,
      ),
    };
  }
  const text = await readProjectText(project);
  // Only its author can mend what is no JSON; the engine says where.
  const missing = missingParts(text)?.filter(part => part !== 'model' || !bringsModel);
  if (missing === undefined) return {};
  if (missing.length === 0) return projectFacts(text);
  const parts = missing.map(part => partNames[part]).join(' and no ');
  const name = workspace.asRelativePath(project);
  return { obstacle: lacking(`${name}: names no ${parts} yet; set up the project to add what is missing.`) };
}

/** Whether a checkpoint may hold its network too, by its name or those in its folder; the engine says where one does not. */
async function mayBringModel(checkpoint: Uri): Promise<boolean> {
  if (mayHoldNetwork(checkpoint.path)) return true;
  // What has an ending is hardly a folder.
  return extname(checkpoint.path) === '' && mayHoldNetwork(weightsIn(await namesIn(checkpoint)) ?? '');
}

/** The folder in which the results of a checkpoint are kept: the one that its basin.json names, else `defaultStore`. */
export async function resultsFolderOf(checkpoint: Uri, defaultStore: string): Promise<string> {
  const project = await findProject(checkpoint);
  if (project === undefined) return defaultStore;
  const results = resultsNamedIn(await readProjectText(project));
  return resultsFolder({ defaultStore }, { directory: dirname(project.fsPath), results }) ?? defaultStore;
}

const lacking = (message: string): NonNullable<Facts['obstacle']> => ({ type: 'failed', message, remedy: 'setUp' });

const partNames: Readonly<Record<ProjectPart, string>> = { model: 'model', data: 'training data' };

const exists = (uri: Uri): Thenable<boolean> =>
  workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
