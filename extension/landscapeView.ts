import type { ExportKind, PanelState } from '../webview/messages.ts';

/** A landscape in a tab, computed here or read from a result file, with what commands can do to it. */
export interface LandscapeView {
  readonly state: PanelState;
  /** Saves it as a file that the user chooses, if it can be saved so now. */
  exportAs(kind: ExportKind): Promise<void>;
  /** Copies the terminal line that computes it again. */
  copyCommand(): Promise<void>;
}
