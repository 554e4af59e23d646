/** What a user does with a checkpoint's volume, in VS Code with the package installed: ask, cancel, compute, export, reload. */
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

describe('the volume in a landscape panel', function () {
  this.timeout(900_000);
  const session = openSession({ name: 'volume', prepare: withSamples(64) });
  let server: Server;
  let page: Page;
  before(async () => {
    ({ server, page } = session());
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });

  const part = (): Locator => webviewOf(page).locator('.volume');
  const button = (label: string): Locator => part().locator('vscode-button', { hasText: label });
  const stands = (phase: string): Promise<void> =>
    webviewOf(page).locator(`.volume[data-phase="${phase}"]`).waitFor({ timeout: 400_000 });
  const tab = (): Promise<void> => webviewOf(page).getByRole('tab', { name: 'Volume' }).click();
  const verdict = (): Promise<string | null> => part().locator('.verdict').textContent();
  const values = (): Promise<string[]> => part().locator('.measure-value').allTextContents();
  const field = (label: string): Locator => part().locator('.field', { hasText: label }).locator('input');

  it('says what it takes, in the time that the landscape took, before it is computed', async () => {
    await visualize(page, file);
    await reached(page, file, 'done');
    await tab();
    await stands('idle');
    await field('Directions').fill('50000');
    await part()
      .locator('.cost', { hasText: /passes over the sample and \d+ to \d+ products of the curvature, .+ to .+\.$/ })
      .waitFor();
  });

  it('is computed when it is asked for, and cancelled with the directions it has', async () => {
    await button('Compute Volume').click();
    await part()
      .locator('.status', { hasText: /[1-9]\d* of 50,000 directions/ })
      .waitFor({ timeout: 400_000 });
    await button('Cancel').click();
    await stands('cancelled');
    await part()
      .locator('.status', { hasText: /after [\d,]+ of 50,000 directions/ })
      .waitFor();
    await part()
      .locator('.verdict', { hasText: /^So far: ln volume/ })
      .waitFor();
    await part()
      .getByRole('img', { name: /^Masses of the Directions/ })
      .waitFor();
  });

  it('is a lower bound, direction by direction', async () => {
    if ((await part().locator('details.volume-form').getAttribute('open')) === null)
      await part().locator('.volume-form summary').click();
    await field('Directions').fill('12');
    await button('Compute Again').click();
    await stands('done');
    await part()
      .locator('.verdict', { hasText: /^ln volume ≥ −[\d,.]+: lower bound only, .* effective directions of 12\.$/ })
      .waitFor();
    await part()
      .getByRole('cell', { name: /^σ = 0\.\d+.*before training, in .*epoch_000\.pt/ })
      .waitFor();
    await eventually(async () => assert.equal(await part().locator('figure').count(), 2));
    await screenshot(page, 'volume');
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
    assert.match(
      line,
      new RegExp(`^basin volume .*${run}/${file} .*--volumes local --directions 12 --basin kl .*--sigma 0\\.\\d+ `),
    );
  });

  it('is exported, and shown again from its file, where nothing computes', async () => {
    const before = await values();
    await button('Export').click();
    await part().getByRole('menuitem', { name: 'Result as JSON' }).click();
    await accept(page, page.locator('.quick-input-widget', { hasText: 'Export Volume as JSON' }));
    const name = 'epoch_022-volume.json';
    const path = join(server.workspace, run, name);
    await eventually(() => assert.equal(readResultDocument(name, readFileSync(path, 'utf8')).kind, 'volume'));
    await openFile(page, `${run}/${name}`);
    await runCommand(page, 'View: Reopen Editor With...');
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'Basin Result' }).first().click();
    await stands('document');
    await eventually(async () => assert.deepEqual(await values(), before));
    assert.equal(await button('Compute').count(), 0);
    await runCommand(page, 'View: Close Editor');
    await stands('done');
  });

  it('is there again after a reload, without being asked for', async () => {
    const [said, before] = [await verdict(), await values()];
    await reload(page, file);
    await tab();
    await stands('done');
    await eventually(async () => assert.deepEqual([await verdict(), await values()], [said, before]));
  });
});
