/** Serves the page as VS Code would, under the same content policy, and opens it in Debian's Chromium. */
import { accessSync, constants } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { ComparePanelState, FromComparePage, ToComparePage } from '../../webview/compare/messages.ts';
import type { FromPanel, PanelState, ToPanel } from '../../webview/messages.ts';
import type { FromRunPage, RunPanelState, ToRunPage } from '../../webview/run/messages.ts';
import { type ThemeFixture, type ThemeName, themes } from '../fixtures/themes.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What the page would have left behind in an earlier life, or lacks. */
export interface Circumstances {
  readonly saved?: unknown;
  readonly webgl?: 'missing';
  readonly reducedMotion?: 'reduce' | 'no-preference';
  readonly scaleFactor?: number;
}

/** What a page and its host say to each other. */
export interface Talk {
  readonly state: unknown;
  readonly to: unknown;
  readonly from: unknown;
}

export interface LandscapeTalk extends Talk {
  readonly state: PanelState;
  readonly to: ToPanel;
  readonly from: FromPanel;
}

export interface RunTalk extends Talk {
  readonly state: RunPanelState;
  readonly to: ToRunPage;
  readonly from: FromRunPage;
}

export interface CompareTalk extends Talk {
  readonly state: ComparePanelState;
  readonly to: ToComparePage;
  readonly from: FromComparePage;
}

/** The pages that there are: where the script of each begins. */
const entries = {
  webview: '../../webview/main.ts',
  run: '../../webview/run/main.ts',
  compare: '../../webview/compare/main.ts',
} as const;

export type PageName = keyof typeof entries;

/** One page, and what it told its host. */
export interface OpenPage<T extends Talk = LandscapeTalk> {
  readonly page: Page;
  readonly posted: () => Promise<readonly T['from'][]>;
  readonly saved: () => Promise<unknown>;
  /** Content policy violations and errors, which no test expects. */
  readonly troubles: () => Promise<readonly string[]>;
  /** Shows a state and waits until it is drawn. */
  readonly show: (state: T['state']) => Promise<void>;
  /** Says anything else that the extension may say. */
  readonly send: (message: T['to']) => Promise<void>;
  readonly setTheme: (name: ThemeName) => Promise<void>;
  readonly close: () => Promise<void>;
}

const flags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--enable-unsafe-swiftshader',
];

/** A bundled page on a local server, and a browser. */
export class Harness<T extends Talk = LandscapeTalk> {
  readonly #server: Server;
  readonly #browser: Browser;

  private constructor(server: Server, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async start<T extends Talk>(page: PageName): Promise<Harness<T>> {
    const executablePath = findChromium();
    const files = await bundle(page);
    const server = createServer((request, response) => {
      const file = files.get(request.url ?? '');
      if (file === undefined) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-type': file.type, 'content-security-policy': policy }).end(file.content);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new Harness<T>(server, await chromium.launch({ executablePath, headless: true, args: flags }));
  }

  async open(theme: ThemeName, viewport: Size, circumstances: Circumstances = {}): Promise<OpenPage<T>> {
    const context = await this.#browser.newContext({
      viewport,
      deviceScaleFactor: circumstances.scaleFactor ?? 1,
      reducedMotion: circumstances.reducedMotion ?? 'no-preference',
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', error => errors.push(error.message));
    page.on('console', message => {
      if (message.type() === 'error') errors.push(message.text());
    });
    // The loader of the tests marks functions with this helper of its own, which the page lacks.
    await page.addInitScript('globalThis.__name = value => value;');
    await page.addInitScript(fakeHost, {
      theme: themes[theme] as ThemeFixture,
      saved: circumstances.saved ?? null,
      hasWebgl: circumstances.webgl !== 'missing',
    });
    await page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
    return {
      page,
      posted: () => page.evaluate(() => host().posted as readonly T['from'][]),
      saved: () => page.evaluate(() => host().saved),
      troubles: async () => [...errors, ...(await page.evaluate(() => host().violations))],
      show: async state => {
        await say(page, { type: 'state', state });
        await drawn(page);
      },
      send: message => say(page, message),
      setTheme: async name => {
        await page.evaluate(fixture => host().setTheme(fixture), themes[name] as ThemeFixture);
        await drawn(page);
      },
      close: () => context.close(),
    };
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await new Promise(resolve => this.#server.close(resolve));
  }
}

/** A message arrives as a task of its own, before or after any other: resolves once the page has heard it. */
const say = (page: Page, message: unknown): Promise<void> =>
  page.evaluate(
    said =>
      new Promise<void>(resolve => {
        window.addEventListener('message', () => resolve(), { once: true });
        window.postMessage(said, '*');
      }),
    message,
  );

/** Drawing is put off: waits frame by frame until nothing waits to be drawn. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise(resolve => requestAnimationFrame(resolve));
    await new Promise(resolve => setTimeout(resolve));
    do await frame();
    while (document.querySelector('[data-drawing]') !== null);
    await frame();
  });

const nonce = 'bm9uY2U';
const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'`;

async function bundle(page: PageName): Promise<Map<string, { type: string; content: string | Uint8Array }>> {
  const result = await build({
    entryPoints: { [page]: fileURLToPath(new URL(entries[page], import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    outdir: 'dist',
    platform: 'browser',
    target: 'chrome128',
    format: 'esm',
    logLevel: 'warning',
  });
  const output = (ending: string): Uint8Array => result.outputFiles.find(({ path }) => path.endsWith(ending))!.contents;
  const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Page</title>
<link rel="stylesheet" href="/page.css"></head>
<body><div id="app"></div><script type="module" nonce="${nonce}" src="/page.js"></script></body></html>`;
  return new Map([
    ['/', { type: 'text/html', content: html }],
    ['/page.js', { type: 'text/javascript', content: output('.js') }],
    ['/page.css', { type: 'text/css', content: output('.css') }],
    ['/favicon.ico', { type: 'image/x-icon', content: '' }],
  ]);
}

function findChromium(): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error('The page test needs Chromium, and none is on PATH; on Debian: apt-get install chromium.');
}

interface FakeHost {
  readonly posted: unknown[];
  readonly violations: string[];
  saved: unknown;
  setTheme(theme: ThemeFixture): void;
}

declare function host(): FakeHost;

/** Runs in the page before anything else, and stands for VS Code. It can use nothing from outside itself. */
function fakeHost({ theme, saved, hasWebgl }: { theme: ThemeFixture; saved: unknown; hasWebgl: boolean }): void {
  const state: FakeHost = {
    posted: [],
    violations: [],
    saved,
    setTheme: ({ className, variables }) => {
      const { style } = document.documentElement;
      for (const name of [...style]) if (name.startsWith('--vscode-')) style.removeProperty(name);
      for (const [name, value] of Object.entries(variables)) style.setProperty(`--vscode-${name}`, value);
      document.body.className = className;
    },
  };
  Object.assign(window, {
    host: () => state,
    acquireVsCodeApi: () => {
      // The page's script runs after the body was read, as in VS Code, where the theme is there before it.
      state.setTheme(theme);
      return {
        postMessage: (message: unknown) => state.posted.push(message),
        getState: () => state.saved ?? undefined,
        setState: (next: unknown) => {
          state.saved = next;
        },
      };
    },
  });
  document.addEventListener('securitypolicyviolation', event => {
    state.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
  if (hasWebgl) return;
  const getContext = HTMLCanvasElement.prototype.getContext as (kind: string, ...rest: unknown[]) => unknown;
  Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', {
    value(this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind.startsWith('webgl') ? null : getContext.call(this, kind, ...rest);
    },
  });
}
