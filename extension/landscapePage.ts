import type { Disposable, WebviewPanel } from 'vscode';
import type { AnalysisExportKind, AnalysisName, ExportKind, PanelState, ViewState } from '../webview/messages.ts';
import { messageOf } from '../worker/errors.ts';
import type { PanelContext } from './landscapePanel.ts';
import { PanelPage, type PanelRequest } from './panelPage.ts';

/** What the pages of checkpoints and of result files need of the extension around them. */
export type PageContext = Pick<PanelContext, 'extensionUri' | 'memory' | 'log' | 'showLog' | 'showError'>;

/** What such a page asks for wherever it is, and what it is done with. */
type SharedRequest = Extract<
  PanelRequest,
  { readonly type: 'export' | 'copyCommand' | 'exportAnalysis' | 'viewState' | 'showLog' }
>;

export type OwnRequest = Exclude<PanelRequest, SharedRequest>;

export interface PageParts {
  /** All that is shown, the display apart, which is the page's own. */
  readonly state: () => PanelState;
  readonly exportAs: (kind: ExportKind) => Promise<void>;
  readonly exportAnalysis: (of: AnalysisName, kind: AnalysisExportKind) => Promise<void>;
  readonly copyCommand: () => Promise<void>;
  readonly receive: (request: OwnRequest) => void;
}

/** The page that shows a checkpoint's landscape or a result file: keeps its display and answers what both are asked. */
export class LandscapePage implements Disposable {
  readonly #context: PageContext;
  readonly #parts: PageParts;
  readonly #page: PanelPage;
  #view: ViewState | undefined;

  constructor(panel: WebviewPanel, context: PageContext, parts: PageParts) {
    this.#context = context;
    this.#parts = parts;
    this.#view = context.memory.view;
    this.#page = new PanelPage(
      panel,
      context.extensionUri,
      () => this.state,
      request => this.#receive(request),
    );
  }

  get state(): PanelState {
    const state = this.#parts.state();
    return this.#view === undefined ? state : { ...state, view: this.#view };
  }

  /** Shows what has changed. */
  send(): void {
    this.#page.send();
  }

  /** Lets the page take up a directions file. */
  chooseDirections(file: string): void {
    this.#page.post({ type: 'directions', file });
  }

  /** Lets the page take up the two other checkpoints of a plane. */
  chooseThrough(files: readonly [string, string]): void {
    this.#page.post({ type: 'through', files });
  }

  /** The picture as a file's content: the landscape's, or that of an analysis. Throws `computation` where there is none. */
  readonly draw: PanelPage['draw'] = (kind, of) => this.#page.draw(kind, of);

  /** What fails outside of a computation has no place in the page. */
  report(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#context.log('error', messageOf(error));
      this.#context.showError(error);
    });
  }

  dispose(): void {
    this.#page.dispose();
  }

  #receive(request: PanelRequest): void {
    switch (request.type) {
      case 'export':
        this.report(this.#parts.exportAs(request.kind));
        return;
      case 'exportAnalysis':
        this.report(this.#parts.exportAnalysis(request.of, request.kind));
        return;
      case 'copyCommand':
        this.report(this.#parts.copyCommand());
        return;
      case 'viewState':
        this.#view = request.view;
        this.#context.memory.rememberView(request.view);
        return;
      case 'showLog':
        this.#context.showLog();
        return;
      default:
        this.#parts.receive(request);
    }
  }
}
