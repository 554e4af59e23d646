import { dirname } from 'node:path';
import { type Disposable, env, Uri, type WebviewPanel, window, workspace } from 'vscode';
import type {
  CompareExportKind,
  CompareExportOf,
  ComparePageRequest,
  ComparePanelState,
  SavedComparePage,
  ToComparePage,
} from '../webview/compare/messages.ts';
import { messageOf } from '../worker/errors.ts';
import type { Store } from '../worker/store/store.ts';
import { titleOf } from './checkpointFiles.ts';
import { compareCommands, interpolationFileName } from './compareCommand.ts';
import { type CompareMemory, comparisonId } from './compareMemory.ts';
import { type ComparedFile, Comparison } from './comparison.ts';
import type { Engine } from './engine.ts';
import { exportCompare } from './exportCompare.ts';
import { exportInterpolation } from './exportInterpolation.ts';
import { type PageKind, PanelPage } from './panelPage.ts';
import { projectFactsOf } from './projectFiles.ts';
import { commandLineOf, shellOf } from './surfaceCommand.ts';
import { offerTrust, refusalInRestrictedMode } from './trust.ts';
import type { Log } from './workerProcess.ts';

/** What a comparison's panel needs of the extension around it. */
export interface ComparePanelContext {
  readonly extensionUri: Uri;
  readonly engine: Engine;
  /** Where the worker keeps results, to be read without it. */
  readonly storeOf: (checkpoint: Uri) => Promise<Pick<Store, 'read'>>;
  readonly comparisons: CompareMemory;
  /** Shows the landscape of a checkpoint in a panel of its own. */
  readonly showLandscape: (checkpoint: Uri) => void;
  /** Called when these may have been measured further. */
  readonly onMeasured: (checkpoints: readonly Uri[]) => void;
  readonly log: Log;
  readonly showLog: () => void;
  /** Shows what a button's work threw. */
  readonly showError: (error: unknown) => void;
  /** Called when it begins or ends to compute, and once it is closed. */
  readonly onChange: (panel: ComparePanel) => void;
}

export const comparePage: PageKind = { bundle: 'compare', subject: 'comparison' };

/** Milliseconds between two states that a page is sent: each holds every landscape. */
const PACE = 200;

/** Several checkpoints side by side in a tab. It lives as long as the tab. */
export class ComparePanel {
  readonly checkpoints: readonly Uri[];
  readonly #panel: WebviewPanel;
  readonly #context: ComparePanelContext;
  readonly #comparison: Comparison;
  readonly #files: readonly ComparedFile[];
  readonly #page: PanelPage<ComparePanelState, ComparePageRequest, ToComparePage>;
  readonly #subscriptions: readonly Disposable[];
  #due: NodeJS.Timeout | undefined;
  #isClosed = false;
  #wasComputing = false;

  constructor(panel: WebviewPanel, checkpoints: readonly Uri[], context: ComparePanelContext) {
    this.checkpoints = checkpoints;
    this.#panel = panel;
    this.#context = context;
    this.#files = checkpoints.map(uri => ({ path: uri.fsPath, label: workspace.asRelativePath(uri) }));
    this.#comparison = new Comparison({
      checkpoints: this.#files,
      engine: context.engine,
      log: context.log,
      onChange: () => this.#onStateChange(),
      facts: () => projectFactsOf(checkpoints[0]!),
      remember: remembered => context.comparisons.keep(this.id, remembered),
      onMeasured: () => context.onMeasured(checkpoints),
    });
    panel.title =
      checkpoints.length > 2
        ? `${checkpoints.length} Checkpoints Compared`
        : checkpoints.map(({ fsPath }) => titleOf(fsPath)).join(' ↔ ');
    this.#page = new PanelPage<ComparePanelState, ComparePageRequest, ToComparePage>(
      panel,
      context.extensionUri,
      () => this.#comparison.state,
      request => this.#receive(request),
      comparePage,
    );
    this.#subscriptions = [this.#page, panel.onDidDispose(() => this.#onClose())];
  }

  /** Of one comparison, whatever panel shows it. */
  get id(): string {
    return comparisonId(this.#files.map(({ path }) => path));
  }

  get computing(): boolean {
    return !this.#isClosed && this.#comparison.computing;
  }

  get active(): boolean {
    return !this.#isClosed && this.#panel.active;
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Computes what is missing, or says why not. */
  compute(): void {
    this.#unlessRestricted(() => this.#comparison.compute());
  }

  /** Shows what is kept; nothing computes. */
  async restore(): Promise<void> {
    const remembered = await this.#context.comparisons.read(this.id);
    if (remembered === null || remembered.keys.length !== this.checkpoints.length) return;
    const surfaces = await Promise.all(
      remembered.keys.map(async (key, index) => {
        if (key === null) return null;
        const kept = await (await this.#context.storeOf(this.checkpoints[index]!)).read(key);
        return kept?.result ?? null;
      }),
    );
    const written = await Promise.all(this.checkpoints.map(modificationTime));
    if (!this.#isClosed) await this.#comparison.restore({ remembered, surfaces, written });
  }

  cancel(): void {
    this.#comparison.cancel();
  }

  #onStateChange(): void {
    if (this.#isClosed) return;
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      this.#page.send();
    }, PACE);
    if (this.computing === this.#wasComputing) return;
    this.#wasComputing = this.computing;
    this.#context.onChange(this);
  }

  #receive(request: ComparePageRequest): void {
    switch (request.type) {
      case 'compute':
        this.#unlessRestricted(() => this.#comparison.compute(request.options));
        return;
      case 'interpolate':
        this.#unlessRestricted(() => this.#comparison.interpolate(request.from, request.to));
        return;
      case 'measureVolumes':
        this.#unlessRestricted(() => this.#comparison.measureVolumes());
        return;
      case 'cancel':
        this.cancel();
        return;
      case 'showLandscape': {
        const checkpoint = this.checkpoints[request.index];
        if (checkpoint !== undefined) this.#unlessRestricted(async () => this.#context.showLandscape(checkpoint));
        return;
      }
      case 'export':
        this.#report(
          request.of === undefined
            ? this.#export(request.kind, request.baseline)
            : this.#exportLine(request.of, request.kind),
        );
        return;
      case 'copyCommand':
        this.#report(this.#copyCommand(request.baseline));
        return;
      case 'showLog':
        this.#context.showLog();
        return;
      default:
        this.#context.log('warn', `A comparison's page sent what nobody here knows: ${JSON.stringify(request)}`);
    }
  }

  async #export(kind: CompareExportKind, baseline: number): Promise<void> {
    const { result } = this.#comparison.state.measures;
    const checkpoints = this.#files.map(({ path }) => path);
    await exportCompare(kind, {
      ...(result !== undefined && { result }),
      baseline,
      checkpoints,
      folder: Uri.file(dirname(checkpoints[0]!)),
      draw: picture => this.#page.draw(picture),
    });
  }

  async #exportLine(of: CompareExportOf, kind: CompareExportKind): Promise<void> {
    const { interpolation } = this.#comparison.state;
    if (interpolation?.result === undefined) return;
    const { from, to, result } = interpolation;
    const [first = '', second = ''] = [from, to].map(place => this.#files[place]?.path);
    await exportInterpolation(kind, {
      result,
      fileName: interpolationFileName(first, second, kind),
      folder: Uri.file(dirname(first)),
      draw: picture => this.#page.draw(picture, of),
    });
  }

  async #copyCommand(baseline: number): Promise<void> {
    const lines = compareCommands(this.#comparison.state, this.#files, baseline);
    const shell = shellOf(env.shell);
    await env.clipboard.writeText(lines.map(words => commandLineOf(words, shell)).join('\n'));
    const what = lines.length === 1 ? 'The command was copied.' : `${lines.length} commands were copied.`;
    window.setStatusBarMessage(`$(check) ${what}`, 4000);
  }

  #unlessRestricted(work: () => Promise<void>): void {
    const refusal = refusalInRestrictedMode();
    if (refusal === undefined) {
      this.#report(work());
    } else {
      this.#comparison.fail(refusal);
      void offerTrust(refusal);
    }
  }

  /** What fails here has no place in the panel. */
  #report(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#context.log('error', messageOf(error));
      this.#context.showError(error);
    });
  }

  #onClose(): void {
    this.cancel();
    this.#isClosed = true;
    clearTimeout(this.#due);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#context.onChange(this);
  }
}

/** The labels of the compared checkpoints, as the page has saved them. */
export const savedCheckpoints = (state: unknown): readonly string[] => {
  const { checkpoints } = (typeof state === 'object' && state !== null ? state : {}) as {
    [Key in keyof SavedComparePage]: unknown;
  };
  return Array.isArray(checkpoints) ? checkpoints.filter(label => typeof label === 'string') : [];
};

const modificationTime = (uri: Uri): Thenable<number | undefined> =>
  workspace.fs.stat(uri).then(
    ({ mtime }) => mtime,
    () => undefined,
  );
