/** What a user does with the runs of a workspace, in VS Code with the package installed: see, measure, and watch them grow. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator } from 'playwright-core';
import { screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { run } from './landscapes.ts';
import { openSession, withSamples } from './session.ts';
import { chooseIn, chooseInContextMenu, runCommand, statusBarItem, themes } from './workbench.ts';

/** A checkpoint whose name does not look like one. */
const other = 'epoch_032.weights';

/** What the workbench calls each kind of theme. */
const workbenchClasses: Readonly<Record<keyof typeof themes, string>> = {
  'vscode-light': 'vs',
  'vscode-dark': 'vs-dark',
  'vscode-high-contrast': 'hc-black',
  'vscode-high-contrast-light': 'hc-light',
};

describe('the runs of a workspace', function () {
  this.timeout(600_000);
  const session = openSession({ name: 'runs', prepare: withSamples(50) });

  /** Rows of the side bar, all of them or those with a text. */
  const rows = (text: string | RegExp = ''): Locator =>
    session().page.locator('#workbench\\.parts\\.sidebar .monaco-list-row', { hasText: text });
  const status = (text: string | RegExp): Locator => statusBarItem(session().page, text);
  /** A window that tests drive keeps notifications behind the bell. */
  const bell = (): Locator => session().page.locator('#status\\.notifications');
  const question = (): Locator =>
    session().page.locator('.notification-list-item', { hasText: 'Measure new checkpoints' });

  /** Lets another checkpoint of the first run land, the last in its order: an early one once more, under a new name. */
  function land(epoch: number): string {
    const name = `epoch_${String(epoch).padStart(3, '0')}.pt`;
    const folder = join(session().server.workspace, run);
    copyFileSync(join(folder, 'epoch_006.pt'), join(folder, name));
    return name;
  }

  function configure(settings: Readonly<Record<string, unknown>>): void {
    const file = join(session().server.workspace, '.vscode', 'settings.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(settings));
  }

  it('are in a view of their own, in order', async () => {
    const { page } = session();
    await page.locator('.activitybar').getByRole('tab', { name: 'Basin' }).click();
    await rows(/^epoch_480\.pt/).waitFor();
    const names = (await rows().allTextContents()).map(
      text => /^(runs\/batch-(32|1024)|epoch_\d+\.pt)/.exec(text)?.[0],
    );
    const epochs = (step: number) =>
      Array.from({ length: 13 }, (_, index) => `epoch_${String(step * index).padStart(3, '0')}.pt`);
    assert.deepEqual(names, ['runs/batch-32', ...epochs(2), 'runs/batch-1024', ...epochs(40)]);
  });

  it('grow, and whoever works there is asked once whether to measure what comes', async () => {
    const name = land(26);
    await bell().click();
    await question().waitFor();
    await screenshot(session().page, 'runs-question');
    await question().getByRole('button', { name: 'Always' }).click();
    await rows(name).filter({ hasText: 'λmax' }).waitFor();
    await status(/λmax \d/).waitFor();
  });

  it('show the sharpness of each new checkpoint in the status bar', async () => {
    const name = land(28);
    await rows(name).filter({ hasText: 'λmax' }).waitFor();
    // It is the same network again, so that there is a trend, and it is no clear one.
    await status(/λmax \d/)
      .locator('.codicon-arrow-right')
      .waitFor();
    assert.equal(await question().count(), 0);
    const label = await status(/λmax \d/)
      .locator('a')
      .getAttribute('aria-label');
    assert.match(label ?? '', /^Basin: λmax [\d.]+ of epoch 28, no clear change from λmax [\d.]+ of epoch 26/);
    await status(/λmax \d/).hover();
    await session().page.locator('.workbench-hover', { hasText: 'Computed' }).waitFor();
    await screenshot(session().page, 'runs-tooltip');
  });

  it('are left alone where that is wanted', async () => {
    configure({ 'basin.computeByItself': 'never' });
    const name = land(30);
    await rows(name).waitFor();
    // What is known of the one before is shown, and said to be of that one.
    await status('(epoch 28)').waitFor();
    assert.equal(await question().count(), 0);
    assert.doesNotMatch((await rows(name).textContent()) ?? '', /loss/);
  });

  it('are measured when asked, and paused', async () => {
    const { page } = session();
    await rows(/^runs\/batch-32/).hover();
    await rows(/^runs\/batch-32/)
      .getByRole('button', { name: 'Measure This Run' })
      .click();
    await rows('measuring').waitFor();
    await rows('epoch_030.pt').locator('.codicon-pass').waitFor();
    await screenshot(page, 'runs-measuring');
    await rows(/^runs\/batch-32/).hover();
    await rows(/^runs\/batch-32/)
      .getByRole('button', { name: 'Pause Measuring' })
      .click();
    await rows('paused').waitFor();
    await status(/λmax \d/)
      .locator('.codicon-graph')
      .waitFor();
  });

  it('are shown as they were after a reload', async () => {
    const { page } = session();
    const value = await status(/λmax \d/).textContent();
    await page.reload();
    await rows('epoch_030.pt').locator('.codicon-pass').waitFor();
    await status(value?.trim() ?? '').waitFor();
  });

  for (const [kind, theme] of Object.entries(themes)) {
    it(`are shown in the colours of ${theme}`, async () => {
      configure({ 'basin.computeByItself': 'never', 'workbench.colorTheme': theme });
      await session()
        .page.locator(`.monaco-workbench.${workbenchClasses[kind as keyof typeof themes]}`)
        .waitFor();
      await screenshot(session().page, `runs-${kind}`);
    });
  }

  it('open in a panel from the status bar', async () => {
    const { page } = session();
    await status(/λmax \d/).click();
    await page.locator('.tab', { hasText: 'batch-32' }).waitFor();
  });

  it('lead to the landscapes of several checkpoints, and the status bar follows', async () => {
    const { page } = session();
    await rows('epoch_028.pt').click();
    await rows('epoch_026.pt').click({ modifiers: ['Control'] });
    await chooseIn(page, rows('epoch_026.pt'), 'Visualize Landscape');
    for (const name of ['epoch_026.pt', 'epoch_028.pt']) await page.locator('.tab', { hasText: name }).waitFor();
    await page.locator('.tab', { hasText: 'epoch_026.pt' }).click();
    const item = page.locator('#workbench\\.parts\\.statusbar [id*="basin.status"] a');
    await eventually(async () =>
      assert.match(
        (await item.getAttribute('aria-label')) ?? '',
        / of epoch 26\b.*; landscape of .*epoch_026\.pt \w+$/,
      ),
    );
  });

  it('are reached, and their menus opened, by keyboard', async () => {
    const { page } = session();
    await runCommand(page, 'Focus on Runs View');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await rows(/^epoch_000\.pt/)
      .and(page.locator('.focused'))
      .waitFor();
    await page.keyboard.press('Shift+F10');
    await page.locator('.monaco-menu').getByRole('menuitem', { name: 'Visualize Landscape' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.tab', { hasText: 'epoch_000.pt' }).waitFor();
  });

  it('have their menu in the Explorer whatever their names end in', async () => {
    const { page } = session();
    copyFileSync(join(session().server.workspace, run, 'epoch_006.pt'), join(session().server.workspace, run, other));
    await rows(other).waitFor();
    await page.locator('.activitybar').getByRole('tab', { name: 'Explorer' }).click();
    await chooseInContextMenu(page, `${run}/${other}`, 'Visualize Landscape');
    await page.locator('.tab', { hasText: other }).waitFor();
  });
});
