/** What a user does with a checkpoint's spectrum, in VS Code with the package installed: ask, cancel, compute, reload. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { Server } from '../../scripts/vscodeServer.mjs';
import { readResultDocument } from '../../worker/resultDocument.ts';
import { screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { reached, reload, run, visualize } from './landscapes.ts';
import { openSession, withSamples } from './session.ts';
import { accept, openFile, runCommand, webviewOf } from './workbench.ts';

const file = 'epoch_022.pt';

describe('the spectrum in a landscape panel', function () {
  this.timeout(900_000);
  const session = openSession({ name: 'spectrum', prepare: withSamples(100) });
  let server: Server;
  let page: Page;
  before(async () => {
    ({ server, page } = session());
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });

  const part = (): Locator => webviewOf(page).locator('.spectrum');
  const button = (label: string): Locator => part().locator('vscode-button', { hasText: label });
  const stands = (phase: string): Promise<void> =>
    webviewOf(page).locator(`.spectrum[data-phase="${phase}"]`).waitFor({ timeout: 400_000 });

  it('is computed when it is asked for, and cancelled with what it has', async () => {
    await visualize(page, file);
    await reached(page, file, 'done');
    await webviewOf(page).getByRole('tab', { name: 'Spectrum' }).click();
    await stands('idle');
    await button('Compute Spectrum').click();
    await stands('computing');
    await button('Cancel').click();
    await stands('cancelled');
    await part()
      .locator('.status', { hasText: /after [\d,]+ products/ })
      .waitFor();
  });

  it('says in words what kind of point the checkpoint is', async () => {
    const number = (label: string): Locator => part().locator('.field', { hasText: label }).locator('input');
    await number('Largest').fill('3');
    await number('Smallest').fill('2');
    await button('Compute Again').click();
    await stands('done');
    await part()
      .locator('.verdict', { hasText: /^(A saddle|No direction|Undecided)/ })
      .waitFor();
    await eventually(async () => assert.equal(await part().locator('figure').count(), 4));
    await screenshot(page, 'spectrum');
  });

  it('is copied as the line that computes it', async () => {
    await button('Export').click();
    await part().getByRole('menuitem', { name: 'Copy as Command' }).click();
    await page.locator('.statusbar-item', { hasText: 'copied' }).waitFor();
    const line = await page.evaluate(() =>
      (
        globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }
      ).navigator.clipboard.readText(),
    );
    assert.match(line, new RegExp(`^basin spectrum .*${run}/${file} .*--top 3 --smallest 2 .*--trace --density`));
  });

  it('is exported, and shown again from its file, where nothing computes', async () => {
    const verdict = await part().locator('.verdict').textContent();
    await button('Export').click();
    await part().getByRole('menuitem', { name: 'Result as JSON' }).click();
    await accept(page, page.locator('.quick-input-widget', { hasText: 'Export Spectrum as JSON' }));
    const name = 'epoch_022-spectrum.json';
    const path = join(server.workspace, run, name);
    await eventually(() => assert.equal(readResultDocument(name, readFileSync(path, 'utf8')).kind, 'spectrum'));
    await openFile(page, `${run}/${name}`);
    await runCommand(page, 'View: Reopen Editor With...');
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'Basin Result' }).first().click();
    await stands('document');
    await eventually(async () => assert.equal(await part().locator('.verdict').textContent(), verdict));
    assert.equal(await button('Compute').count(), 0);
    await screenshot(page, 'spectrum-document');
    await runCommand(page, 'View: Close Editor');
    await stands('done');
  });

  it('is there again after a reload, without being asked for', async () => {
    const verdict = await part().locator('.verdict').textContent();
    await reload(page, file);
    await webviewOf(page).getByRole('tab', { name: 'Spectrum' }).click();
    await stands('done');
    await eventually(async () => assert.equal(await part().locator('.verdict').textContent(), verdict));
  });

  it('leads to the plane of the two leading eigenvectors', async () => {
    await button('Draw the Plane').click();
    await webviewOf(page).locator('footer', { hasText: 'two leading eigenvectors' }).waitFor({ timeout: 400_000 });
    await reached(page, file, 'done');
    await screenshot(page, 'spectrum-plane');
  });
});
