import { basename, dirname } from 'node:path';
import { type Disposable, type Event, Uri, type WebviewPanel } from 'vscode';
import type { ComparePageRequest, ComparePanelState, ToComparePage } from '../webview/compare/messages.ts';
import { messageOf } from '../worker/errors.ts';
import { interpolationFileName } from './compareCommand.ts';
import { compareDocumentState } from './compareDocumentState.ts';
import { comparePage } from './comparePanel.ts';
import { exportCompare } from './exportCompare.ts';
import { exportInterpolation } from './exportInterpolation.ts';
import type { PageContext } from './landscapePage.ts';
import { PanelPage, type Picture } from './panelPage.ts';

/** A result file that held a comparison, or the line between two checkpoints, when it was opened. */
export interface CompareFile {
  readonly uri: Uri;
  /** Undefined where it holds something else by now. */
  readonly compared: ComparePanelState | undefined;
  readonly onDidChange: Event<void>;
}

/** A result file of a comparison, or of the line between two checkpoints, in a tab. */
export class CompareEditor implements Disposable {
  readonly #file: CompareFile;
  readonly #context: PageContext;
  readonly #page: PanelPage<ComparePanelState, ComparePageRequest, ToComparePage>;
  readonly #subscription: Disposable;

  constructor(file: CompareFile, panel: WebviewPanel, context: PageContext) {
    this.#file = file;
    this.#context = context;
    this.#page = new PanelPage<ComparePanelState, ComparePageRequest, ToComparePage>(
      panel,
      context.extensionUri,
      () => this.#state,
      request => this.#receive(request),
      comparePage,
    );
    this.#subscription = file.onDidChange(() => this.#page.send());
  }

  dispose(): void {
    this.#page.dispose();
    this.#subscription.dispose();
  }

  get #state(): ComparePanelState {
    const name = basename(this.#file.uri.path);
    const other = `${name}: holds another result by now; close it and open it again.`;
    return this.#file.compared ?? compareDocumentState(name, undefined, other);
  }

  #receive(request: ComparePageRequest): void {
    if (request.type === 'export') {
      this.#export(request).catch((error: unknown) => {
        this.#context.log('error', messageOf(error));
        this.#context.showError(error);
      });
    } else if (request.type === 'showLog') {
      this.#context.showLog();
    } else {
      this.#context.log('warn', `A result file computes nothing, and was asked to ${request.type}.`);
    }
  }

  async #export({ kind, of, baseline }: Extract<ComparePageRequest, { readonly type: 'export' }>): Promise<void> {
    const { measures, interpolation, checkpoints } = this.#state;
    const source = {
      folder: Uri.file(dirname(this.#file.uri.fsPath)),
      draw: (picture: Picture) => this.#page.draw(picture, of),
    };
    if (of === undefined) {
      const { result } = measures;
      if (result !== undefined) await exportCompare(kind, { ...source, result, baseline, checkpoints });
      return;
    }
    const result = interpolation?.result;
    if (result === undefined) return;
    const fileName = interpolationFileName(result.checkpoint, result.other.file, kind);
    await exportInterpolation(kind, { ...source, result, fileName });
  }
}
