import { window, workspace } from 'vscode';
import type { Engine } from './engine.ts';
import { projectName } from './projectFiles.ts';
import { nothingToPrune, pruned, pruneQuestion } from './pruneTexts.ts';

/** More projects than this have their results in the workspace's storage like all others. */
const projectsMax = 100;

/** Says which kept results nothing needs any more, and removes them once the user has agreed. */
export async function pruneResults(engine: Pick<Engine, 'prune'>): Promise<void> {
  const files = await workspace.findFiles(`**/${projectName}`, '**/node_modules/**', projectsMax);
  const projects = files.map(({ fsPath }) => fsPath);
  const found = await engine.prune({ projects });
  const question = pruneQuestion(found);
  if (question === null) {
    await window.showInformationMessage(nothingToPrune(found));
    return;
  }
  const remove = 'Remove';
  const { message, detail } = question;
  if ((await window.showWarningMessage(message, { modal: true, detail }, remove)) !== remove) return;
  await window.showInformationMessage(pruned(await engine.prune({ projects, remove: true })));
}
