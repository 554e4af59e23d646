import { window, workspace } from 'vscode';
import type { AllowedFolders } from './allowedFolders.ts';

/** Asks whether a folder outside of the workspace may be read; never in an untrusted workspace, which could be after it. */
export async function askForFolder(folder: string, reason: string): Promise<boolean> {
  if (!workspace.isTrusted) return false;
  const allow = 'Allow This Folder';
  const answer = await window.showWarningMessage(
    `Let Basin read the folder ${folder}?`,
    {
      modal: true,
      detail: `${reason}\n\nBasin reads files of the workspace only, until you allow another folder. This is remembered on this machine; "Basin: Forget Allowed Folders" takes it back.`,
    },
    allow,
  );
  return answer === allow;
}

/** Lets the user choose which of the allowed folders to forget. */
export async function forgetAllowedFolders(allowed: AllowedFolders): Promise<void> {
  const folders = await allowed.list();
  if (folders.length === 0) {
    await window.showInformationMessage('No folder outside of workspaces is allowed to be read.');
    return;
  }
  const forgotten = await window.showQuickPick(
    folders.map(label => ({ label, picked: true })),
    { title: 'Forget Allowed Folders', placeHolder: 'Folders that Basin may no longer read', canPickMany: true },
  );
  if (forgotten !== undefined) await allowed.forget(forgotten.map(({ label }) => label));
}
