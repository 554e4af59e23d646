/** What a user does, in VS Code with the package installed: the whole way from a click to a picture, and what can go wrong. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator } from 'playwright-core';
import { screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { button, computeGrid, contourIn, reached, run, says, visualize } from './landscapes.ts';
import { pictureIn } from './pictures.ts';
import { descendantsRunning } from './processes.ts';
import { openSession } from './session.ts';
import { themes, webviewOf } from './workbench.ts';

for (const version of ['minimum', 'current'] as const) {
  describe(`the packaged extension in VS Code ${version}`, function () {
    // The worker runs at a low priority: on a machine busy with other things a landscape takes its time.
    this.timeout(600_000);
    // Each looks at a checkpoint of its own.
    this.retries(1);
    const session = openSession({ name: `packaged-${version}`, version, prepare });

    it('draws a landscape from the Explorer', async () => {
      const { page } = session();
      await visualize(page, 'epoch_024.pt');
      await reached(page, 'epoch_024.pt', 'done');
      await pictureIn(contourIn(page, 'epoch_024.pt'));
    });

    for (const [kind, theme] of Object.entries(themes)) {
      it(`takes its colours from the theme ${theme}`, async () => {
        const { page, server } = session();
        const settings = join(server.workspace, '.vscode', 'settings.json');
        mkdirSync(dirname(settings), { recursive: true });
        writeFileSync(settings, JSON.stringify({ 'workbench.colorTheme': theme }));
        const body = webviewOf(page).locator(`body[data-vscode-theme-kind="${kind}"]`);
        await body.waitFor();
        await eventually(async () => {
          const background = await backgroundLuminance(body);
          assert.equal(background > 0.5, kind.endsWith('light'), `luminance of the background: ${background}`);
        });
        await screenshot(page, `${version}-${kind}`);
      });
    }

    it('keeps the picture when it is cancelled', async () => {
      const { page } = session();
      // A grid that no machine computes before it is cancelled.
      await computeGrid(page, { Columns: '501', Rows: '501' });
      await reached(page, 'epoch_024.pt', 'computing');
      await pictureIn(contourIn(page, 'epoch_024.pt'));
      await button(page, 'Cancel').click();
      await reached(page, 'epoch_024.pt', 'cancelled');
      await pictureIn(contourIn(page, 'epoch_024.pt'));
      await button(page, 'Resume').waitFor();
      await screenshot(page, `${version}-cancelled`);
    });

    it('says so when the worker is killed in mid-grid, and Resume computes the rest', async function () {
      const { page, server } = session();
      const file = ['epoch_018.pt', 'epoch_016.pt'][currentRetry(this)]!;
      await visualize(page, file);
      await pictureIn(contourIn(page, file));
      const [worker, ...others] = descendantsRunning(server.pid, 'dist/worker.js');
      assert.ok(worker !== undefined && others.length === 0);
      process.kill(worker, 'SIGKILL');
      await reached(page, file, 'stopped');
      await says(page, /resume/i);
      await screenshot(page, `${version}-stopped`);
      await button(page, 'Resume').click();
      await reached(page, file, 'done');
    });

    for (const file of ['truncated.pt', 'empty.pt']) {
      it(`says what is wrong with ${file}`, async () => {
        const { page } = session();
        await visualize(page, file);
        await reached(page, file, 'failed');
        await says(page, new RegExp(`^${file}: .*[.?]$`));
        await screenshot(page, `${version}-${file.replace('.pt', '')}`);
      });
    }
  });
}

function prepare(workspace: string): void {
  const whole = readFileSync(join(workspace, run, 'epoch_024.pt'));
  writeFileSync(join(workspace, run, 'truncated.pt'), whole.subarray(0, whole.length / 2));
  writeFileSync(join(workspace, run, 'empty.pt'), '');
}

/** How often this test was tried before; mocha's types do not tell. */
const currentRetry = ({ test }: Mocha.Context): 0 | 1 => (test as unknown as { currentRetry(): 0 | 1 }).currentRetry();

/** Relative luminance of the panel's background, 0 to 1, without the display's gamma: enough to tell dark from light. */
async function backgroundLuminance(body: Locator): Promise<number> {
  const color = await body.evaluate(
    (element: PageElement) => element.ownerDocument.defaultView.getComputedStyle(element).backgroundColor,
  );
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

/** What the functions evaluated in the page use of the DOM, whose types this program does not include. */
interface PageElement {
  readonly ownerDocument: {
    readonly defaultView: {
      getComputedStyle(element: PageElement): { readonly backgroundColor: string };
    };
  };
}
