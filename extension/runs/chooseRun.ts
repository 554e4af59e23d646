import { window } from 'vscode';
import { inputError, usageError } from '../../worker/errors.ts';
import { refusalInRestrictedMode } from '../trust.ts';
import { folderOf } from './runNodes.ts';
import type { RunSource } from './runSource.ts';
import { runRow } from './runTexts.ts';

/**
 * The folder of the run that a command was given, or of the only one, or of one that the user picks; `undefined` where
 * none was picked.
 *
 * @throws BasinError in Restricted Mode and where there is no run.
 */
export async function chooseRun({ runs }: RunSource, given: unknown, title: string): Promise<string | undefined> {
  const refusal = refusalInRestrictedMode();
  if (refusal !== undefined) throw usageError(refusal);
  const folder = folderOf(given);
  if (folder !== undefined) return folder;
  if (runs.length === 0) {
    throw inputError(
      'No run was found in this workspace: open a folder in which several checkpoints lie side by side.',
    );
  }
  if (runs.length === 1) return runs[0]?.folder;
  const picked = await window.showQuickPick(
    runs.map(run => ({ label: run.label, description: runRow(run).description, folder: run.folder })),
    { title, placeHolder: 'A run of this workspace', matchOnDescription: true },
  );
  return picked?.folder;
}
