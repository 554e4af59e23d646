import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import {
  type Disposable,
  Uri,
  type ViewColumn,
  type Webview,
  type WebviewOptions,
  type WebviewPanel,
  workspace,
} from 'vscode';
import type { FromPanel, PanelState, ToPanel } from '../webview/messages.ts';
import type { Engine } from './engine.ts';
import { Landscape } from './landscape.ts';
import { landscapePage } from './landscapePage.ts';
import { isRunning, restoredState } from './panelState.ts';
import { projectObstacle } from './projectFiles.ts';
import { offerTrust, refusalInRestrictedMode } from './trust.ts';
import type { Log } from './workerProcess.ts';

/** What a panel needs of the extension around it. */
export interface PanelContext {
  readonly extensionUri: Uri;
  readonly engine: Engine;
  readonly log: Log;
  readonly showLog: () => void;
  /** Guides through what basin.json needs for a checkpoint; false where that was left before its end. */
  readonly setUp: (checkpoint: Uri) => Promise<boolean>;
  /** Called after every change of a panel's state, of its being active, and once it is closed. */
  readonly onChange: (panel: LandscapePanel) => void;
}

/** A checkpoint's landscape in a tab. It lives as long as the tab. */
export class LandscapePanel {
  readonly checkpoint: Uri;
  readonly #panel: WebviewPanel;
  readonly #context: PanelContext;
  readonly #landscape: Landscape;
  readonly #subscriptions: Disposable[];
  #closed = false;

  constructor(panel: WebviewPanel, checkpoint: Uri, context: PanelContext) {
    this.checkpoint = checkpoint;
    this.#panel = panel;
    this.#context = context;
    this.#landscape = new Landscape(
      { checkpoint: checkpoint.fsPath },
      restoredState(workspace.asRelativePath(checkpoint)),
      context.engine,
      context.log,
      () => this.#onStateChange(),
      async () => {
        const message = await projectObstacle(checkpoint);
        return message === null ? null : { type: 'failed', message, remedy: 'setUp' };
      },
    );
    panel.title = basename(checkpoint.fsPath);
    panel.iconPath = {
      light: Uri.joinPath(context.extensionUri, 'media', 'landscape-light.svg'),
      dark: Uri.joinPath(context.extensionUri, 'media', 'landscape-dark.svg'),
    };
    this.#subscriptions = [
      panel.webview.onDidReceiveMessage((message: FromPanel) => this.#receive(message)),
      panel.onDidChangeViewState(() => context.onChange(this)),
      panel.onDidDispose(() => this.#onClose()),
    ];
    panel.webview.options = webviewOptions(context.extensionUri);
    panel.webview.html = pageOf(panel.webview, context.extensionUri);
  }

  get state(): PanelState {
    return this.#landscape.state;
  }

  get active(): boolean {
    return this.#panel.active;
  }

  /** Where the panel is; undefined until VS Code has placed it. */
  get viewColumn(): ViewColumn | undefined {
    return this.#panel.viewColumn;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get computing(): boolean {
    return !this.#closed && isRunning(this.state.phase);
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Computes the landscape, or says in the panel why not. */
  compute(): void {
    const refusal = refusalInRestrictedMode();
    if (refusal === undefined) {
      void this.#landscape.compute();
    } else {
      this.#landscape.fail(refusal);
      void offerTrust(refusal);
    }
  }

  cancel(): void {
    this.#landscape.cancel();
  }

  #receive(message: FromPanel): void {
    switch (message.type) {
      case 'ready':
        this.#send();
        return;
      case 'cancel':
        this.cancel();
        return;
      case 'retry':
        this.compute();
        return;
      case 'refine':
        void this.#landscape.refine();
        return;
      case 'setUp':
        void this.#context.setUp(this.checkpoint).then(isReady => {
          if (isReady && !this.#closed) this.compute();
        });
        return;
      case 'showLog':
        this.#context.showLog();
        return;
      default:
        this.#context.log('warn', `The landscape's page sent what nobody here knows: ${JSON.stringify(message)}`);
    }
  }

  #onStateChange(): void {
    if (!this.#closed) this.#send();
    this.#context.onChange(this);
  }

  /** A hidden page does not receive it, and asks again when it is shown. */
  #send(): void {
    const message: ToPanel = { type: 'state', state: this.state };
    void this.#panel.webview.postMessage(message);
  }

  #onClose(): void {
    this.#closed = true;
    this.#landscape.cancel();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#context.onChange(this);
  }
}

function webviewOptions(extensionUri: Uri): WebviewOptions {
  return {
    enableScripts: true,
    localResourceRoots: [Uri.joinPath(extensionUri, 'dist'), Uri.joinPath(extensionUri, 'media')],
  };
}

function pageOf(webview: Webview, extensionUri: Uri): string {
  const address = (name: string): string => String(webview.asWebviewUri(Uri.joinPath(extensionUri, 'dist', name)));
  return landscapePage({
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64url'),
    script: address('webview.js'),
    style: address('webview.css'),
  });
}
