/** What a user does with a checkpoint's sharpness and its convexity map, in VS Code with the package installed. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { reached, reload, run, visualize } from './landscapes.ts';
import { openSession, withSamples } from './session.ts';
import { webviewOf } from './workbench.ts';

const file = 'epoch_022.pt';

describe('the sharpness in a landscape panel', function () {
  this.timeout(900_000);
  const session = openSession({ name: 'sharpness', prepare: withSamples(64) });
  let page: Page;
  before(async () => {
    ({ page } = session());
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });

  const part = (name: string): Locator => webviewOf(page).locator(`.${name}`);
  const button = (name: string, label: string): Locator => part(name).locator('vscode-button', { hasText: label });
  const stands = (name: string, phase: string): Promise<void> =>
    webviewOf(page).locator(`.${name}[data-phase="${phase}"]`).waitFor({ timeout: 400_000 });
  const tab = (name: string): Promise<void> => webviewOf(page).getByRole('tab', { name }).click();
  const box = (label: string): Locator => part('sharpness').locator('vscode-checkbox', { hasText: label });
  const values = (): Promise<string[]> => part('sharpness').locator('.measure-value').allTextContents();

  it('is measured when it is asked for, with what is ticked, and checked by a rescaling', async () => {
    await visualize(page, file);
    await reached(page, file, 'done');
    await tab('Sharpness');
    await stands('sharpness', 'idle');
    for (const label of ["Keskar's φ, subspace", 'Adaptive worst case', 'Relative flatness', 'Trace']) {
      await box(label).click();
    }
    await box('Rescaling check').click();
    await button('sharpness', 'Compute Sharpness').click();
    await stands('sharpness', 'done');
    await part('sharpness').locator('[data-verdict="moves"]').first().waitFor();
    await part('sharpness').locator('[data-verdict="stays"]').first().waitFor();
    await part('sharpness').locator('.check', { hasText: 'multiplied by α' }).waitFor();
    await eventually(async () => assert.equal(await part('sharpness').locator('figure').count(), 2));
    await eventually(async () => assert.equal((await values()).length, 6));
    await screenshot(page, 'sharpness');
  });

  it('is copied as the line that computes it', async () => {
    await button('sharpness', 'Export').click();
    await part('sharpness').getByRole('menuitem', { name: 'Copy as Command' }).click();
    await page.locator('.statusbar-item', { hasText: 'copied' }).waitFor();
    const line = await page.evaluate(() =>
      (
        globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }
      ).navigator.clipboard.readText(),
    );
    assert.match(line, new RegExp(`^basin sharpness .*${run}/${file} .*--measures keskar,sam,.* --rescaling `));
  });

  it('is there again after a reload, without being asked for', async () => {
    const before = await values();
    await reload(page, file);
    await tab('Sharpness');
    await stands('sharpness', 'done');
    await eventually(async () => assert.deepEqual(await values(), before));
  });

  it('has a convexity map beside it, below the spectrum', async () => {
    await tab('Spectrum');
    const map = part('convexity');
    for (const label of ['Columns', 'Rows']) await map.locator('.field', { hasText: label }).locator('input').fill('3');
    await map.locator('.cost', { hasText: /^9 cells/ }).waitFor();
    await button('convexity', 'Compute Convexity Map').click();
    await stands('convexity', 'done');
    await map.getByRole('img', { name: /9 cells.*The checkpoint, at the origin/ }).waitFor();
    await screenshot(page, 'convexity');
  });
});
