import { commands, window, workspace } from 'vscode';

/** Why nothing may be computed now, in one sentence; `undefined` in a trusted workspace. */
export function refusalInRestrictedMode(): string | undefined {
  return workspace.isTrusted
    ? undefined
    : 'Basin computes nothing in Restricted Mode; trust this workspace, then try again.';
}

/** Shows the refusal beside the way out of it. */
export async function offerTrust(refusal: string): Promise<void> {
  const manage = 'Manage Workspace Trust';
  if ((await window.showWarningMessage(refusal, manage)) === manage) {
    await commands.executeCommand('workbench.trust.manage');
  }
}
