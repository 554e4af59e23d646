import { randomBytes } from 'node:crypto';
import { type Disposable, Uri, type Webview, type WebviewPanel } from 'vscode';
import type { CompareExportOf } from '../webview/compare/messages.ts';
import type { FromPanel, PanelState, ToPanel } from '../webview/messages.ts';
import { computationError } from '../worker/errors.ts';
import { webviewPage } from './webviewPage.ts';

/** What a landscape's page asks for that is not its own wire's business. */
export type PanelRequest = Exclude<FromPanel, { readonly type: 'ready' | 'drawn' }>;

export type Picture = 'png' | 'svg';

/** A page that has not drawn a picture after so many milliseconds will not. */
const drawingMs = 60_000;

/** So often a page hears that its extension is there, in milliseconds; from one that was killed it hears no more. */
const aliveMs = 5000;

/** Of what there are pictures, besides the landscape, or the landscapes that are compared. */
export type PictureOf = NonNullable<Extract<ToPanel, { readonly type: 'draw' }>['of']> | CompareExportOf;

/** A page of ours, and what it is about. */
export interface PageKind {
  /** What the bundler calls its script and its style sheet. */
  readonly bundle: string;
  /** What it shows, as sentences name it. */
  readonly subject: 'landscape' | 'run' | 'comparison';
}

const landscape: PageKind = { bundle: 'webview', subject: 'landscape' };

/** What every page answers. */
type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'drawn'; readonly kind: Picture; readonly content: string | Uint8Array | null };

interface DrawMessage {
  readonly type: 'draw';
  readonly kind: Picture;
  readonly of?: PictureOf;
}

interface Drawing {
  readonly message: DrawMessage;
  readonly resolve: (content: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** The page in a webview: loads it, sends it the state, and asks it for pictures. It ends with its panel. */
export class PanelPage<
  State = PanelState,
  Request extends { readonly type: string } = PanelRequest,
  Message extends { readonly type: string } = ToPanel,
> implements Disposable
{
  readonly #panel: WebviewPanel;
  readonly #state: () => State;
  readonly #receive: (request: Request) => void;
  readonly #subject: PageKind['subject'];
  readonly #subscription: Disposable;
  readonly #heartbeat: NodeJS.Timeout;
  #drawing: Drawing | undefined;
  #ready = false;

  /** @param receive What the page asks of the extension; the page may be of another version, and send anything. */
  constructor(
    panel: WebviewPanel,
    extensionUri: Uri,
    state: () => State,
    receive: (request: Request) => void,
    kind = landscape,
  ) {
    this.#panel = panel;
    this.#state = state;
    this.#receive = receive;
    this.#subject = kind.subject;
    this.#subscription = panel.webview.onDidReceiveMessage((message: Answer | Request) => this.#onMessage(message));
    panel.iconPath = {
      light: Uri.joinPath(extensionUri, 'media', 'landscape-light.svg'),
      dark: Uri.joinPath(extensionUri, 'media', 'landscape-dark.svg'),
    };
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [Uri.joinPath(extensionUri, 'dist'), Uri.joinPath(extensionUri, 'media')],
    };
    panel.webview.html = pageOf(panel.webview, extensionUri, kind);
    this.#heartbeat = setInterval(() => this.#post({ type: 'alive' }), aliveMs);
  }

  /** A hidden page does not receive the state, and asks for it when it is shown again. */
  send(): void {
    this.#post({ type: 'state', state: this.#state() });
  }

  post(message: Message): void {
    this.#post(message);
  }

  /**
   * The picture as a file's content. A hidden page has to be shown to draw it.
   * Throws `computation` where there is none to draw.
   */
  async draw(kind: Picture, of?: PictureOf): Promise<Uint8Array> {
    const message = { type: 'draw', kind, ...(of !== undefined && { of }) } as const;
    this.#drawing?.reject(computationError('Another picture was asked for before this one was drawn.'));
    let limit: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#drawing = { message, resolve, reject };
        const late = `The picture was not drawn; show the ${this.#subject} and export it again.`;
        limit = setTimeout(() => reject(computationError(late)), drawingMs);
        if (this.#panel.visible && this.#ready) {
          this.#post(message);
        } else {
          this.#ready = false;
          this.#panel.reveal();
        }
      });
    } finally {
      clearTimeout(limit);
    }
  }

  dispose(): void {
    this.#drawing?.reject(computationError(`The ${this.#subject} was closed before its picture was drawn.`));
    this.#subscription.dispose();
    clearInterval(this.#heartbeat);
  }

  #post(
    message: Message | DrawMessage | { readonly type: 'state'; readonly state: State } | { readonly type: 'alive' },
  ): void {
    void this.#panel.webview.postMessage(message);
  }

  #onMessage(message: Answer | Request): void {
    if (!isAnswer(message)) {
      this.#receive(message);
      return;
    }
    const drawing = this.#drawing;
    if (message.type === 'ready') {
      this.#ready = true;
      this.send();
      if (drawing !== undefined) this.#post(drawing.message);
      return;
    }
    if (drawing?.message.kind !== message.kind) return;
    this.#drawing = undefined;
    if (message.content === null) {
      const awaited = this.#subject === 'run' ? 'measures' : 'cells';
      drawing.reject(computationError(`There is no picture to export yet; wait for the first ${awaited}.`));
    } else {
      drawing.resolve(bytesOf(message.content));
    }
  }
}

/** Typed arrays arrive as such or, from some editions of VS Code, as the memory behind them. */
function bytesOf(content: string | Uint8Array | ArrayBuffer): Uint8Array {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}

const isAnswer = (message: { readonly type: string }): message is Answer =>
  message.type === 'ready' || message.type === 'drawn';

const titles: Readonly<Record<PageKind['subject'], string>> = {
  landscape: 'Landscape',
  run: 'Run',
  comparison: 'Comparison',
};

function pageOf(webview: Webview, extensionUri: Uri, { bundle, subject }: PageKind): string {
  const address = (name: string): string => String(webview.asWebviewUri(Uri.joinPath(extensionUri, 'dist', name)));
  return webviewPage({
    title: titles[subject],
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64url'),
    script: address(`${bundle}.js`),
    style: address(`${bundle}.css`),
  });
}
