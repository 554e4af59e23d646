import { dirname, resolve } from 'node:path';
import { type Disposable, Uri, type ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import type { AnalysisExportKind, AnalysisName, ExportKind, PanelState, PlaneOptions } from '../webview/messages.ts';
import type { SurfaceResult } from '../worker/results.ts';
import type { Store } from '../worker/store/store.ts';
import { CheckpointAnalyses, type KeptAnalyses } from './analyses.ts';
import { titleOf } from './checkpointFiles.ts';
import { lastWritten } from './checkpointFolders.ts';
import { copyCommand } from './copyCommand.ts';
import type { Engine } from './engine.ts';
import { exportLandscape } from './exportLandscape.ts';
import { Landscape, type Remembered } from './landscape.ts';
import type { LandscapeMemory } from './landscapeMemory.ts';
import { LandscapePage, type OwnRequest } from './landscapePage.ts';
import type { LandscapeView } from './landscapeView.ts';
import type { PanelMemory } from './panelMemory.ts';
import { isRunning } from './panelState.ts';
import { findProject, projectFactsOf } from './projectFiles.ts';
import { throughOf } from './surfaceCommand.ts';
import { offerTrust, refusalInRestrictedMode } from './trust.ts';
import type { Log } from './workerProcess.ts';

/** What a panel needs of the extension around it. */
export interface PanelContext {
  readonly extensionUri: Uri;
  readonly engine: Engine;
  /** Where the worker keeps results, to be read without it. */
  readonly storeOf: (checkpoint: Uri) => Promise<Pick<Store, 'read'>>;
  readonly landscapes: LandscapeMemory;
  readonly analyses: KeptAnalyses;
  readonly memory: PanelMemory;
  readonly log: Log;
  readonly showLog: () => void;
  /** Shows what a button's work threw. */
  readonly showError: (error: unknown) => void;
  /** Asks for two checkpoints besides one, by their paths; undefined where that was left. */
  readonly chooseTwoOthers: (checkpoint: Uri) => Promise<readonly [string, string] | undefined>;
  /** Guides through what basin.json needs for a checkpoint; false where that was left before its end. */
  readonly setUp: (checkpoint: Uri) => Promise<boolean>;
  /** Called after every change of a panel's state, of its being active, and once it is closed. */
  readonly onChange: (panel: LandscapePanel) => void;
}

/** A checkpoint's landscape in a tab. It lives as long as the tab. */
export class LandscapePanel implements LandscapeView {
  readonly checkpoint: Uri;
  readonly #panel: WebviewPanel;
  readonly #context: PanelContext;
  readonly #remembered: Promise<Remembered | null>;
  readonly #landscape: Landscape;
  readonly #analyses: CheckpointAnalyses;
  readonly #page: LandscapePage;
  readonly #subscriptions: Disposable[];
  readonly #closing = new AbortController();

  constructor(panel: WebviewPanel, checkpoint: Uri, context: PanelContext) {
    this.checkpoint = checkpoint;
    this.#panel = panel;
    this.#context = context;
    this.#remembered = context.landscapes.read(checkpoint.fsPath);
    this.#landscape = new Landscape({
      checkpoint: checkpoint.fsPath,
      label: workspace.asRelativePath(checkpoint),
      engine: context.engine,
      log: context.log,
      onChange: () => this.#onStateChange(),
      facts: () => projectFactsOf(checkpoint),
      remembered: this.#remembered,
      remember: remembered => context.landscapes.keep(checkpoint.fsPath, remembered),
    });
    this.#analyses = new CheckpointAnalyses({
      checkpoint: checkpoint.fsPath,
      engine: context.engine,
      log: context.log,
      onChange: () => this.#onStateChange(),
      facts: () => projectFactsOf(checkpoint),
      kept: context.analyses,
      pass: () => this.#landscape.pass,
    });
    panel.title = titleOf(checkpoint.fsPath);
    this.#page = new LandscapePage(panel, context, {
      state: () => ({ ...this.#landscape.state, ...this.#analyses.states }),
      exportAs: kind => this.exportAs(kind),
      exportAnalysis: (of, kind) => this.#exportAnalysis(of, kind),
      copyCommand: () => this.copyCommand(),
      receive: request => this.#receive(request),
    });
    this.#subscriptions = [
      this.#page,
      panel.onDidChangeViewState(() => context.onChange(this)),
      panel.onDidDispose(() => this.#onClose()),
    ];
    this.#page.report(this.#analyses.restore(() => lastWritten(checkpoint)));
  }

  get state(): PanelState {
    return this.#page.state;
  }

  get active(): boolean {
    return this.#panel.active;
  }

  /** Where the panel is; undefined until VS Code has placed it. */
  get viewColumn(): ViewColumn | undefined {
    return this.#panel.viewColumn;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  get computing(): boolean {
    return !this.closed && (isRunning(this.state.phase) || this.#analyses.computing);
  }

  reveal(focus: 'take' | 'leave' = 'take'): void {
    this.#panel.reveal(undefined, focus === 'leave');
  }

  close(): void {
    this.#panel.dispose();
  }

  /** Computes the landscape, or what is missing of it, or says in the panel why not. */
  compute(): void {
    this.#unlessRestricted(() => this.#landscape.compute());
  }

  /** Computes the landscape in another plane, whatever is computed here now. */
  computePlane(plane: PlaneOptions): void {
    this.#unlessRestricted(() => this.#landscape.computePlane(plane));
  }

  /** Shows what is kept of the landscape; nothing computes. */
  async restore(): Promise<void> {
    const { key } = (await this.#remembered) ?? {};
    const kept = key === undefined ? null : await (await this.#context.storeOf(this.checkpoint)).read(key);
    await this.#landscape.restore(kept ?? undefined, await lastWritten(this.checkpoint));
  }

  /** Stops whatever computes here. */
  cancel(): void {
    this.#landscape.cancel();
    this.#analyses.cancelAll();
  }

  async exportAs(kind: ExportKind): Promise<void> {
    const { surface } = this.state;
    if (surface === undefined) return;
    await exportLandscape(kind, {
      surface,
      folder: Uri.file(dirname(this.checkpoint.fsPath)),
      draw: this.#page.draw,
      writeDirections: file => this.#writeDirections(surface, file),
    });
  }

  async copyCommand(): Promise<void> {
    const { surface } = this.state;
    if (surface === undefined) return;
    const checkpoint = this.checkpoint.fsPath;
    const { plane, path } = surface;
    const located = await this.#located();
    await copyCommand(surface, {
      checkpoint,
      ...(plane.file !== undefined && { plane: located(plane.file) }),
      through: throughOf(path).map(located),
    });
  }

  async #exportAnalysis(of: AnalysisName, kind: AnalysisExportKind): Promise<void> {
    const folder = Uri.file(dirname(this.checkpoint.fsPath));
    await this.#analyses.exportAs(of, kind, { folder, draw: picture => this.#page.draw(picture, of) });
  }

  /** Where the files are that a surface names as basin.json would. */
  async #located(): Promise<(file: string) => string> {
    const project = await findProject(this.checkpoint);
    const folder = dirname(project?.fsPath ?? this.checkpoint.fsPath);
    return file => resolve(folder, file);
  }

  async #writeDirections({ plane, path, provenance }: SurfaceResult, file: string): Promise<void> {
    const { parameters } = provenance;
    const [second, third] = throughOf(path).map(await this.#located());
    await this.#context.engine.directions(
      {
        checkpoint: this.checkpoint.fsPath,
        split: provenance.split,
        seed: plane.seed ?? provenance.seed,
        ...(plane.kind !== 'random' && { plane: plane.kind }),
        ...(plane.kind === 'three' && second && third && { through: [second, third] }),
        perturb: plane.perturb === 'all' ? 'all' : 'weights',
        ...(parameters.exclude.length === 0 && parameters.include.length > 0 && { parameters: parameters.include }),
        file,
      },
      this.#closing.signal,
    );
  }

  #receive(request: OwnRequest): void {
    switch (request.type) {
      case 'cancel':
        this.#landscape.cancel();
        return;
      case 'cancelAnalysis':
        this.#analyses.cancel(request.of);
        return;
      case 'computeAnalysis':
        this.#unlessRestricted(
          () => this.#analyses.compute(request),
          refusal => this.#analyses.fail(request.of, refusal),
        );
        return;
      case 'estimateAnalysis':
        this.#analyses.estimate(request);
        return;
      case 'copyAnalysisCommand':
        this.#page.report(this.#analyses.copyCommand(request.of));
        return;
      case 'retry':
        this.#unlessRestricted(() => this.#landscape.retry());
        return;
      case 'resume':
        this.compute();
        return;
      case 'refine':
        this.#unlessRestricted(() => this.#landscape.refine());
        return;
      case 'compute':
        this.#unlessRestricted(() => this.#landscape.compute(request.options));
        return;
      case 'estimate':
        this.#landscape.estimate(request.options);
        return;
      case 'chooseDirections':
        this.#page.report(this.#chooseDirections());
        return;
      case 'chooseThrough':
        this.#page.report(this.#chooseThrough());
        return;
      case 'setUp':
        this.#page.report(
          this.#context.setUp(this.checkpoint).then(isReady => {
            if (isReady && !this.closed) this.compute();
          }),
        );
        return;
      default:
        this.#context.log('warn', `The landscape's page sent what nobody here knows: ${JSON.stringify(request)}`);
    }
  }

  #unlessRestricted(
    compute: () => Promise<void>,
    refuse = (refusal: string): void => this.#landscape.fail(refusal),
  ): void {
    const refusal = refusalInRestrictedMode();
    if (refusal === undefined) {
      this.#page.report(compute());
    } else {
      refuse(refusal);
      void offerTrust(refusal);
    }
  }

  async #chooseDirections(): Promise<void> {
    const [file] =
      (await window.showOpenDialog({
        title: 'Choose a Directions File',
        defaultUri: Uri.file(dirname(this.checkpoint.fsPath)),
        filters: { 'NumPy Archive': ['npz'] },
      })) ?? [];
    if (file !== undefined && !this.closed) this.#page.chooseDirections(file.fsPath);
  }

  async #chooseThrough(): Promise<void> {
    const files = await this.#context.chooseTwoOthers(this.checkpoint);
    if (files !== undefined && !this.closed) this.#page.chooseThrough(files);
  }

  #onStateChange(): void {
    if (!this.closed) this.#page.send();
    this.#context.onChange(this);
  }

  #onClose(): void {
    this.#closing.abort();
    this.cancel();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#context.onChange(this);
  }
}
