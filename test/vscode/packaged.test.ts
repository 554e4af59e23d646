/** What a user does, in VS Code with the package installed: the whole way from a click to a picture, and what can go wrong. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Server, type ServerVersion, startServer } from '../../scripts/vscodeServer.mjs';
import { launchBrowser, screenshot } from '../browser.ts';
import { descendantsRunning } from './processes.ts';
import { vsix } from './vsix.ts';
import { chooseInContextMenu, openWorkbench, type ThemeName, themes, webviewOf } from './workbench.ts';

const demo = fileURLToPath(new URL('../../demo', import.meta.url));
const run = 'runs/batch-32';
const menuItem = 'Visualize Landscape';
/** The first partial picture must be on screen this soon after the click, once the worker is up. */
const firstPictureLimit = 3000;

describe('the packaged extension', function () {
  this.timeout(120_000);
  let browser: Browser;
  let workspace: string;

  before(async () => {
    browser = await launchBrowser();
    workspace = mkdtempSync(join(tmpdir(), 'basin-demo-'));
    cpSync(demo, workspace, { recursive: true });
    const whole = readFileSync(join(workspace, run, 'epoch_024.pt'));
    writeFileSync(join(workspace, run, 'truncated.pt'), whole.subarray(0, whole.length / 2));
    writeFileSync(join(workspace, run, 'empty.pt'), '');
  });
  after(async () => {
    await browser?.close();
    if (workspace) rmSync(workspace, { recursive: true, force: true });
  });

  for (const version of ['minimum', 'current'] as const) {
    describe(`in VS Code ${version}`, () => {
      const session = openSession(version, 'light');

      it('draws a landscape from the Explorer, its first cells soon after the click', async () => {
        const { page } = session();
        // The first one starts the worker.
        await visualize(page, 'epoch_024.pt');
        await reached(page, 'epoch_024.pt', 'done');
        await screenshot(page, `${version}-done`);

        const start = performance.now();
        await visualize(page, 'epoch_022.pt');
        const colors = await firstPicture(page, 'epoch_022.pt');
        const milliseconds = performance.now() - start;
        console.log(`note: VS Code ${version}: first picture ${Math.round(milliseconds)} ms after the click`);
        assert.ok(colors > 8, `${colors} colours on the canvas`);
        assert.ok(milliseconds < firstPictureLimit, `${milliseconds} ms until the first picture`);
        await reached(page, 'epoch_022.pt', 'done');
      });

      it('keeps the picture when it is cancelled', async () => {
        const { page } = session();
        await visualize(page, 'epoch_020.pt');
        await firstPicture(page, 'epoch_020.pt');
        await button(page, 'Cancel').click();
        await reached(page, 'epoch_020.pt', 'cancelled');
        assert.ok((await firstPicture(page, 'epoch_020.pt')) > 8);
        await button(page, 'Retry').waitFor();
        await screenshot(page, `${version}-cancelled`);
      });

      it('says so when the worker is killed in mid-grid, and Retry computes the landscape', async () => {
        const { page, server } = session();
        await visualize(page, 'epoch_018.pt');
        await firstPicture(page, 'epoch_018.pt');
        const [worker, ...others] = descendantsRunning(server.pid, 'dist/worker.js');
        assert.ok(worker !== undefined && others.length === 0);
        process.kill(worker, 'SIGKILL');
        await reached(page, 'epoch_018.pt', 'stopped');
        assert.match(await messageIn(page), /\.$/);
        await screenshot(page, `${version}-stopped`);
        await button(page, 'Retry').click();
        await reached(page, 'epoch_018.pt', 'done');
      });

      for (const file of ['truncated.pt', 'empty.pt']) {
        it(`says what is wrong with ${file}`, async () => {
          const { page } = session();
          await visualize(page, file);
          await reached(page, file, 'failed');
          assert.match(await messageIn(page), new RegExp(`^${file}: .*[.?]$`));
          await screenshot(page, `${version}-${file.replace('.pt', '')}`);
        });
      }
    });
  }

  for (const theme of ['dark', 'high-contrast', 'high-contrast-light'] as const) {
    describe(`in the ${theme} theme`, () => {
      const session = openSession('current', theme);

      it('draws a landscape on the colours of the theme', async () => {
        const { page } = session();
        await visualize(page, 'epoch_024.pt');
        const main = await reached(page, 'epoch_024.pt', 'done');
        assert.ok((await firstPicture(page, 'epoch_024.pt')) > 8);
        const file = await screenshot(page, theme);
        console.log(`note: ${theme}: ${file}`);
        const luminance = await backgroundLuminance(main);
        assert.equal(luminance > 0.5, theme === 'high-contrast-light', `background luminance ${luminance}`);
      });
    });
  }

  /** One server and page for the tests of the enclosing suite. */
  function openSession(
    version: ServerVersion,
    theme: ThemeName,
  ): () => { readonly page: Page; readonly server: Server } {
    let session: { page: Page; server: Server } | undefined;
    let server: Server | undefined;
    before(async () => {
      server = await startServer({
        version,
        workspace,
        extension: { vsix },
        settings: { 'workbench.colorTheme': themes[theme] },
      });
      session = { server, page: await openWorkbench(browser, server.url) };
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed' && session) await screenshot(session.page, `failed-${version}-${theme}`);
    });
    after(async () => {
      await session?.page.close();
      await server?.stop();
    });
    return () => {
      if (!session) throw new Error('The session has not begun.');
      return session;
    };
  }
});

const visualize = (page: Page, file: string): Promise<void> => chooseInContextMenu(page, `${run}/${file}`, menuItem);

const button = (page: Page, label: string): Locator => webviewOf(page).locator('vscode-button', { hasText: label });

const messageIn = async (page: Page): Promise<string> =>
  (await webviewOf(page).locator('.message').textContent()) ?? '';

/** The panel of a checkpoint, once its computation stands at `phase`. */
async function reached(page: Page, file: string, phase: string): Promise<Locator> {
  const main = webviewOf(page).locator(`main[data-phase="${phase}"]`, { hasText: file });
  await main.waitFor({ timeout: 60_000 });
  return main;
}

/** Waits until the contour map is drawn, frame by frame, and returns how many different colours it has. */
async function firstPicture(page: Page, file: string): Promise<number> {
  const canvas = webviewOf(page).locator('main', { hasText: file }).locator('figure canvas').first();
  await canvas.waitFor();
  return canvas.evaluate(async (element: PageCanvas) => {
    const colors = (): number => {
      const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
      return new Set(new Uint32Array(data.buffer)).size;
    };
    const { defaultView } = element.ownerDocument;
    while (colors() <= 8) await new Promise(resolve => defaultView.requestAnimationFrame(resolve));
    return colors();
  });
}

/** Relative luminance of the panel's background, 0 to 1, without the display's gamma: enough to tell dark from light. */
async function backgroundLuminance(main: Locator): Promise<number> {
  const color = await main.evaluate(
    ({ ownerDocument: { body, defaultView } }: PageElement) => defaultView.getComputedStyle(body).backgroundColor,
  );
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

/** What the functions evaluated in the page use of the DOM, whose types this program does not include. */
interface PageElement {
  readonly ownerDocument: {
    readonly body: PageElement;
    readonly defaultView: {
      getComputedStyle(element: PageElement): { readonly backgroundColor: string };
      requestAnimationFrame(callback: (time: number) => void): number;
    };
  };
}

interface PageCanvas extends PageElement {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}
