import { basename, dirname } from 'node:path';
import {
  type CustomDocument,
  type CustomReadonlyEditorProvider,
  Disposable,
  EventEmitter,
  RelativePattern,
  Uri,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import type { ComparePanelState } from '../webview/compare/messages.ts';
import type { AnalysisExportKind, AnalysisName, ExportKind, PanelState } from '../webview/messages.ts';
import { inputError, messageOf } from '../worker/errors.ts';
import { type ResultDocument, readResultDocument } from '../worker/resultDocument.ts';
import { exportResultOf } from './analyses.ts';
import { resultViewTypes } from './commands.ts';
import { compareDocumentState } from './compareDocumentState.ts';
import { CompareEditor, type CompareFile } from './compareEditor.ts';
import { copyCommand } from './copyCommand.ts';
import { documentState } from './documentState.ts';
import { exportLandscape } from './exportLandscape.ts';
import { LandscapePage, type OwnRequest, type PageContext } from './landscapePage.ts';
import type { LandscapeView } from './landscapeView.ts';

/** A surface on the finest grid, with several planes, is smaller. */
const bytesMax = 512 << 20;

/** Shows result files as panels show what they hold, whoever made them: nothing computes, and no checkpoint is needed. */
export class LandscapeDocuments implements CustomReadonlyEditorProvider<ResultFile>, Disposable {
  readonly #context: PageContext;
  readonly #editors = new Set<ResultEditor>();
  readonly #changed = new EventEmitter<void>();
  readonly #registrations: readonly Disposable[];

  readonly onDidChange = this.#changed.event;

  constructor(context: PageContext) {
    this.#context = context;
    this.#registrations = Object.values(resultViewTypes).map(viewType =>
      window.registerCustomEditorProvider(viewType, this, { supportsMultipleEditorsPerDocument: true }),
    );
  }

  /** The landscape in the active editor. */
  get active(): LandscapeView | undefined {
    return [...this.#editors].find(({ active }) => active);
  }

  async openCustomDocument(uri: Uri): Promise<ResultFile> {
    const document = new ResultFile(uri);
    await document.read();
    return document;
  }

  resolveCustomEditor(document: ResultFile, panel: WebviewPanel): void {
    if (document.compared !== undefined) {
      const editor = new CompareEditor(document, panel, this.#context);
      panel.onDidDispose(() => editor.dispose());
      return;
    }
    const editor = new ResultEditor(document, panel, this.#context);
    this.#editors.add(editor);
    panel.onDidChangeViewState(() => this.#changed.fire());
    panel.onDidDispose(() => {
      editor.dispose();
      this.#editors.delete(editor);
      this.#changed.fire();
    });
    this.#changed.fire();
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
    this.#changed.dispose();
  }
}

/** A result file, read again whenever it changes. */
class ResultFile implements CustomDocument, CompareFile {
  readonly uri: Uri;
  readonly #changed = new EventEmitter<void>();
  readonly #subscriptions: Disposable;
  #state: PanelState;
  #compared: ComparePanelState | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(uri: Uri) {
    this.uri = uri;
    this.#state = documentState(basename(uri.path), undefined);
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(Uri.joinPath(uri, '..'), basename(uri.path)));
    this.#subscriptions = Disposable.from(
      watcher,
      watcher.onDidChange(() => this.read()),
      watcher.onDidCreate(() => this.read()),
      this.#changed,
    );
  }

  get state(): PanelState {
    return this.#state;
  }

  get compared(): ComparePanelState | undefined {
    return this.#compared;
  }

  /** What is wrong with the file becomes the state's message. */
  async read(): Promise<void> {
    const name = basename(this.uri.path);
    try {
      const result = await this.#result(name);
      if (result.kind === 'interpolate' || result.kind === 'compare') {
        this.#compared = compareDocumentState(name, result);
      } else {
        [this.#state, this.#compared] = [documentState(name, result), undefined];
      }
    } catch (error) {
      this.#state = documentState(name, undefined, messageOf(error));
      this.#compared = this.#compared && compareDocumentState(name, undefined, messageOf(error));
    }
    this.#changed.fire();
  }

  async #result(name: string): Promise<ResultDocument> {
    const { size } = await workspace.fs.stat(this.uri);
    if (size > bytesMax) throw inputError(`${name}: is too large for a result of Basin with its ${size} bytes.`);
    return readResultDocument(name, new TextDecoder().decode(await workspace.fs.readFile(this.uri)));
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}

/** A result file in a tab. */
class ResultEditor implements LandscapeView {
  readonly #document: ResultFile;
  readonly #panel: WebviewPanel;
  readonly #context: PageContext;
  readonly #page: LandscapePage;
  readonly #subscription: Disposable;

  constructor(document: ResultFile, panel: WebviewPanel, context: PageContext) {
    this.#document = document;
    this.#panel = panel;
    this.#context = context;
    this.#page = new LandscapePage(panel, context, {
      state: () => document.state,
      exportAs: kind => this.exportAs(kind),
      exportAnalysis: (of, kind) => this.#exportAnalysis(of, kind),
      copyCommand: () => this.copyCommand(),
      receive: request => this.#receive(request),
    });
    this.#subscription = document.onDidChange(() => this.#page.send());
  }

  get state(): PanelState {
    return this.#page.state;
  }

  get active(): boolean {
    return this.#panel.active;
  }

  async exportAs(kind: ExportKind): Promise<void> {
    const { surface } = this.state;
    if (surface === undefined) return;
    await exportLandscape(kind, { surface, folder: this.#folder, draw: this.#page.draw });
  }

  /** The checkpoint is named as the document does: relative to the folder of basin.json. */
  async copyCommand(): Promise<void> {
    const { surface } = this.state;
    if (surface !== undefined) await copyCommand(surface, { checkpoint: surface.checkpoint });
  }

  dispose(): void {
    this.#page.dispose();
    this.#subscription.dispose();
  }

  get #folder(): Uri {
    return Uri.file(dirname(this.#document.uri.fsPath));
  }

  async #exportAnalysis(of: AnalysisName, kind: AnalysisExportKind): Promise<void> {
    const result = this.state[of]?.result;
    if (result === undefined) return;
    await exportResultOf(of, result, kind, { folder: this.#folder, draw: picture => this.#page.draw(picture, of) });
  }

  #receive(request: OwnRequest): void {
    if (request.type === 'retry') this.#page.report(this.#document.read());
    else this.#context.log('warn', `A result file computes nothing, and was asked to ${request.type}.`);
  }
}
