/** What a user does with several checkpoints, in VS Code with the package installed: select, compare, pin, choose, reload. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { keptState } from './keptState.ts';
import { openSession, withSamples } from './session.ts';
import { accept, chooseIn, explorerRow, runCommand, themes } from './workbench.ts';

/** What is left of the demo's runs, so that all is computed soon. */
const kept = ['epoch_000.pt', 'epoch_004.pt', 'epoch_012.pt', 'epoch_024.pt', 'epoch_240.pt', 'epoch_480.pt'];

/** Computing goes on with a machine that may have much else to do. */
const limitSeconds = 500;

/** Nothing is computed here unless somebody asks. */
function configure(workspace: string, settings: Readonly<Record<string, unknown>>): void {
  const folder = join(workspace, '.vscode');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ 'basin.computeByItself': 'never', ...settings }));
}

describe('the panel of a comparison', function () {
  this.timeout(1_200_000);
  const session = openSession({
    name: 'compare-panel',
    prepare: workspace => {
      withSamples(50)(workspace);
      configure(workspace, {});
      for (const [run, files] of [
        ['batch-32', kept.slice(0, 4)],
        ['batch-1024', kept.slice(4)],
      ] as const) {
        const folder = join(workspace, 'runs', run);
        for (const file of readdirSync(folder)) if (!files.includes(file)) rmSync(join(folder, file));
      }
    },
  });

  /** The page of the comparison in front: VS Code keeps no page of a panel that is hidden. */
  const comparePage = (): Promise<Frame> =>
    eventually(async () => {
      for (const frame of session().page.frames()) {
        const count = await frame
          .locator('main.compare')
          .count()
          .catch(() => 0);
        if (count > 0) return frame;
      }
      throw new Error('No page of a comparison is there.');
    }, limitSeconds);

  const reached = (phase: string): Promise<void> =>
    eventually(async () => {
      const main = (await comparePage()).locator('main.compare');
      assert.equal(await main.getAttribute('data-phase'), phase, (await main.locator('.status').textContent()) ?? '');
    }, limitSeconds);

  const row = (text: string) =>
    session().page.locator('#workbench\\.parts\\.sidebar .monaco-list-row', { hasText: text });

  /** What a row of the measures says of each checkpoint. */
  const measures = async (title: string): Promise<string[]> =>
    (await comparePage())
      .locator('.measures tbody tr', { hasText: title })
      .locator('td')
      .evaluateAll(cells => cells.map(cell => cell.textContent ?? ''));

  it('opens for two checkpoints that are selected in the view of runs, and computes what is shown', async () => {
    const { page } = session();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('.activitybar').getByRole('tab', { name: 'Basin' }).click();
    await row('epoch_024.pt').click();
    await row('epoch_480.pt').click({ modifiers: ['Control'] });
    await chooseIn(page, row('epoch_480.pt'), 'Compare Checkpoints');
    await page.locator('.tab', { hasText: '↔' }).waitFor();
    await reached('done');
    const own = await comparePage();
    assert.equal(await own.locator('.tile .contour canvas').count(), 2);
    await own.locator('.measures').waitFor();
    const [first = '', second = ''] = await measures('λmax');
    assert.match([first, second].join(), /^[\d.]+ ± [\d.]+,|,[\d.]+ ± [\d.]+/);
    assert.match([first, second].join(), /higher|lower|no difference told/);
    assert.doesNotMatch(first, /higher|lower|no difference told/, 'the first is the baseline');
    await own.getByRole('heading', { name: 'Eigenvalues of the Hessian' }).waitFor();
    await screenshot(page, 'compare-panel');
  });

  it('pins another baseline by keyboard, and computes nothing for that', async () => {
    const own = await comparePage();
    const pin = own.locator('.pin').nth(1);
    await pin.focus();
    await pin.press('Enter');
    await eventually(async () => assert.match((await measures('λmax'))[0] ?? '', /higher|lower|no difference told/));
    assert.equal(await own.locator('main.compare').getAttribute('data-phase'), 'done');
  });

  it('computes the line between both', async () => {
    const own = await comparePage();
    await own.locator('section[aria-label="Between two checkpoints"] vscode-button', { hasText: 'Compute' }).click();
    await own.getByRole('heading', { name: 'Loss between the Checkpoints' }).waitFor({ timeout: limitSeconds * 1000 });
    await reached('done');
  });

  it('is copied as the lines that compute it', async () => {
    const own = await comparePage();
    await own.locator('vscode-button', { hasText: 'Export' }).click();
    await own.getByRole('menuitem', { name: 'Copy as Command' }).click();
    await session().page.locator('.statusbar-item', { hasText: 'copied' }).waitFor();
    const text = await session().page.evaluate(() =>
      (
        globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }
      ).navigator.clipboard.readText(),
    );
    const lines = text.split(/\r?\n/);
    assert.match(
      lines[0] ?? '',
      /^basin compare .*epoch_024\.pt .*epoch_480\.pt --samples 50 --seed 0 .*--baseline .*epoch_480\.pt/,
    );
    assert.equal(lines.filter(line => /^basin surface .* --grid 25x25 /.test(line)).length, 2);
    assert.equal(lines.filter(line => line.startsWith('basin interpolate ')).length, 1);
  });

  it('is there again after a reload, and nothing is computed again', async () => {
    await eventually(async () => {
      assert.match(await keptState(session().page), /baseline[\\":]+1/, 'VS Code has not kept the choice yet');
    }, limitSeconds);
    await session().page.reload();
    await session().page.locator('.tab', { hasText: '↔' }).click();
    await reached('done');
    const own = await comparePage();
    await eventually(async () => assert.equal(await own.locator('.tile .contour canvas:visible').count(), 2));
    await own.getByRole('heading', { name: 'Loss between the Checkpoints' }).waitFor();
    assert.equal(
      await own.locator('.pin[aria-pressed="true"]').getAttribute('aria-label'),
      'Baseline: batch-1024/epoch_480.pt',
    );
    await session().page.locator('.tab', { hasText: '↔' }).locator('.action-label').first().click();
  });

  it('compares six that are picked from all runs, in every theme', async () => {
    const { page, server } = session();
    await runCommand(page, 'Basin: Compare Checkpoints');
    const box = page.locator('.quick-input-widget');
    for (const [index, file] of kept.entries()) {
      const chosen = box.getByText(`${index + 1} Selected`);
      // A list that is still being filled swallows a click.
      await eventually(async () => {
        if ((await chosen.count()) > 0) return;
        await box.locator('.monaco-list-row', { hasText: file }).click();
        await chosen.waitFor({ timeout: 5000 });
      });
    }
    await accept(page, box);
    await page.locator('.tab', { hasText: '6 Checkpoints Compared' }).waitFor();
    await reached('done');
    assert.equal(await (await comparePage()).locator('.tile .contour canvas').count(), 6);
    assert.equal((await measures('λmax')).length, 6);
    for (const [kind, theme] of Object.entries(themes)) {
      configure(server.workspace, { 'workbench.colorTheme': theme });
      await eventually(async () =>
        assert.match(
          (await (await comparePage()).locator('body').getAttribute('class')) ?? '',
          new RegExp(`${kind}( |$)`),
        ),
      );
      await screenshot(page, `compare-panel-${kind}`);
      await (await comparePage()).locator('.measures').scrollIntoViewIfNeeded();
      await screenshot(page, `compare-panel-measures-${kind}`);
      await (await comparePage()).locator('.tile').first().scrollIntoViewIfNeeded();
    }
  });

  it('opens for what is selected in the Explorer: files, and folders of runs for their last checkpoints', async () => {
    const { page } = session();
    await page.locator('.activitybar').getByRole('tab', { name: 'Explorer' }).click();
    const select = async (one: string, other: string): Promise<void> => {
      // Opening folders on the way selects them, until another row is clicked.
      const [first, second] = [await explorerRow(page, one), await explorerRow(page, other)];
      await first.click();
      await second.click({ modifiers: ['Control'] });
      await chooseIn(page, second, 'Compare Checkpoints');
    };
    await select('runs/batch-32/epoch_004.pt', 'runs/batch-32/epoch_012.pt');
    await page.locator('.tab.active', { hasText: 'epoch_004.pt ↔ epoch_012.pt' }).waitFor();
    await eventually(async () =>
      assert.equal(
        await (await comparePage()).locator('h1').textContent(),
        'Comparison of epoch_004.pt and epoch_012.pt',
      ),
    );
    await reached('done');
    await select('runs/batch-32', 'runs/batch-1024');
    await page
      .locator('.tab.active', { hasText: /epoch_024\.pt ↔ epoch_480\.pt|epoch_480\.pt ↔ epoch_024\.pt/ })
      .waitFor();
  });
});
