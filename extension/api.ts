import type { Event } from 'vscode';
import type { PanelState } from '../webview/messages.ts';

/** What activation returns, so that tests and other extensions can follow a computation. */
export interface BasinApi {
  /** The state of the landscape that was opened or looked at last, also after its panel was closed. */
  readonly panelState: PanelState | undefined;
  /** Some panel's state changed, or another panel became active. */
  readonly onDidChangePanelState: Event<void>;
}
