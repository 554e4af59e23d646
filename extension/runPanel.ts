import { basename } from 'node:path';
import { type Disposable, Uri, type WebviewPanel } from 'vscode';
import type { RunExportKind, RunPageRequest, RunPanelState, SavedRunPage, ToRunPage } from '../webview/run/messages.ts';
import { messageOf } from '../worker/errors.ts';
import type { RunResult } from '../worker/results.ts';
import { runCsv } from '../worker/run/csv.ts';
import { copyWords } from './copyCommand.ts';
import { exportResult } from './exportAnalysis.ts';
import { type PageKind, PanelPage } from './panelPage.ts';
import { runCommand, runFileName } from './runCommand.ts';
import { runPanelState } from './runPanelState.ts';
import type { RunSource } from './runs/runSource.ts';
import { offerTrust, refusalInRestrictedMode } from './trust.ts';
import type { Log } from './workerProcess.ts';

/** What a run's panel needs of the extension around it. */
export interface RunPanelContext {
  readonly extensionUri: Uri;
  readonly runs: RunSource & { readonly isFound: boolean };
  /** Shows the landscape of a checkpoint beside, in the place of the one shown so before. */
  readonly showLandscape: (checkpoint: Uri) => void;
  /** Shows the way of a run, by the path of its folder, in the plane of its principal components. */
  readonly showTrajectory: (folder: string) => void;
  /** Leads through setting up the project of a checkpoint; false where the user left. */
  readonly setUp: (checkpoint: Uri) => Promise<boolean>;
  readonly log: Log;
  readonly showLog: () => void;
  /** Shows what a button's work threw. */
  readonly showError: (error: unknown) => void;
  readonly onClose: (panel: RunPanel) => void;
}

const runPage: PageKind = { bundle: 'run', subject: 'run' };

/** Milliseconds between two states that a page is sent: while a run is measured, there are many. */
const PACE = 250;

/** The measures of a run in a tab. It lives as long as the tab. */
export class RunPanel {
  readonly folder: Uri;
  readonly #label: string;
  readonly #panel: WebviewPanel;
  readonly #context: RunPanelContext;
  readonly #page: PanelPage<RunPanelState, RunPageRequest, ToRunPage>;
  readonly #subscriptions: readonly Disposable[];
  #compared: readonly string[] = [];
  #due: NodeJS.Timeout | undefined;

  /** @param label What the run is called while nothing is known of it. */
  constructor(panel: WebviewPanel, folder: Uri, label: string, context: RunPanelContext) {
    this.folder = folder;
    this.#label = label;
    this.#panel = panel;
    this.#context = context;
    panel.title = basename(folder.fsPath);
    this.#page = new PanelPage<RunPanelState, RunPageRequest, ToRunPage>(
      panel,
      context.extensionUri,
      () => this.state,
      request => this.#receive(request),
      runPage,
    );
    this.#subscriptions = [
      this.#page,
      context.runs.onDidChange(() => this.#sendSoon()),
      panel.onDidDispose(() => this.#onClose()),
    ];
  }

  get state(): RunPanelState {
    const { runs } = this.#context;
    const shown = { folder: this.folder.fsPath, label: this.#label, compared: this.#compared };
    return runPanelState(shown, runs, runs.isFound);
  }

  reveal(): void {
    this.#panel.reveal();
  }

  #sendSoon(): void {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      this.#page.send();
    }, PACE);
  }

  #receive(request: RunPageRequest): void {
    const { runs, log, showLog, showLandscape } = this.#context;
    const folder = this.folder.fsPath;
    switch (request.type) {
      case 'compare':
        this.#compared = request.labels;
        this.#page.send();
        return;
      case 'measure':
        this.#unlessRestricted(() => runs.measure(folder, request.budgetSeconds, request.measures));
        return;
      case 'pause':
        runs.pause(folder);
        return;
      case 'setUp':
        this.#unlessRestricted(() => this.#show(this.#setUp()));
        return;
      case 'showLandscape':
        this.#unlessRestricted(() => showLandscape(Uri.joinPath(this.folder, request.file)));
        return;
      case 'showTrajectory':
        this.#unlessRestricted(() => this.#show(this.#showTrajectory()));
        return;
      case 'export':
        this.#show(this.#export(request.kind));
        return;
      case 'copyCommand':
        this.#show(this.#copyCommand());
        return;
      case 'showLog':
        showLog();
        return;
      default:
        log('warn', `A run's page sent what nobody here knows: ${JSON.stringify(request)}`);
    }
  }

  async #showTrajectory(): Promise<void> {
    this.#context.showTrajectory(this.folder.fsPath);
  }

  async #export(kind: RunExportKind): Promise<void> {
    const result = this.#result;
    if (result === undefined) return;
    await exportResult(kind, {
      result,
      noun: 'run',
      fileName: runFileName(this.folder.fsPath, kind),
      folder: Uri.joinPath(this.folder, '..'),
      draw: picture => this.#page.draw(picture),
      csv: () => runCsv(this.state.runs),
    });
  }

  async #setUp(): Promise<void> {
    const { runs, setUp } = this.#context;
    const last = this.#result?.checkpoints.findLast(({ present }) => present);
    if (last !== undefined && (await setUp(Uri.joinPath(this.folder, last.file)))) runs.measure(this.folder.fsPath);
  }

  async #copyCommand(): Promise<void> {
    if (this.#result !== undefined) await copyWords(runCommand(this.#result, this.folder.fsPath));
  }

  /** All that is known of the run, which is more than its page is told. */
  get #result(): RunResult | undefined {
    return this.#context.runs.run(this.folder.fsPath)?.result;
  }

  #unlessRestricted(work: () => void): void {
    const refusal = refusalInRestrictedMode();
    if (refusal === undefined) work();
    else void offerTrust(refusal);
  }

  /** What fails here has no place in the panel. */
  #show(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#context.log('error', messageOf(error));
      this.#context.showError(error);
    });
  }

  #onClose(): void {
    clearTimeout(this.#due);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#context.onClose(this);
  }
}

/** The label of the panel's own run, as its page has saved it. */
export const savedLabel = (state: unknown): string | undefined => {
  const { run } = (typeof state === 'object' && state !== null ? state : {}) as {
    [Key in keyof SavedRunPage]: unknown;
  };
  return typeof run === 'string' ? run : undefined;
};
