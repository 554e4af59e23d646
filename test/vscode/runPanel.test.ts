/** What a user does with a run's panel, in VS Code with the package installed: show, measure, compare, choose, reload. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { keptState } from './keptState.ts';
import { openSession, withSamples } from './session.ts';
import { runCommand, themes } from './workbench.ts';

/** What is left of the demo's runs, so that all is measured soon. */
const kept = ['epoch_000.pt', 'epoch_012.pt', 'epoch_024.pt', 'epoch_480.pt'];

/** Measuring goes on in the background, on a machine that may have much else to do. */
const limitSeconds = 500;

/** Nothing is measured here unless somebody asks. */
function configure(workspace: string, settings: Readonly<Record<string, unknown>>): void {
  const folder = join(workspace, '.vscode');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ 'basin.computeByItself': 'never', ...settings }));
}

describe('the panel of a run', function () {
  this.timeout(1_200_000);
  const session = openSession({
    name: 'run-panel',
    prepare: workspace => {
      withSamples(50)(workspace);
      configure(workspace, {});
      for (const run of ['batch-32', 'batch-1024']) {
        const folder = join(workspace, 'runs', run);
        for (const file of readdirSync(folder)) if (!kept.includes(file)) rmSync(join(folder, file));
      }
    },
  });

  /** The run's page: there may be a landscape beside it. */
  const runPage = (): Promise<Frame> =>
    eventually(async () => {
      for (const frame of session().page.frames()) {
        if (
          (await frame
            .locator('main.run')
            .count()
            .catch(() => 0)) > 0
        )
          return frame;
      }
      throw new Error('No page of a run is there.');
    }, limitSeconds);

  /** Waits until the page says so. */
  const says = async (text: string | RegExp): Promise<void> =>
    eventually(async () => {
      const status = await (await runPage()).locator('.status').textContent();
      assert.match(status ?? '', text instanceof RegExp ? text : new RegExp(text));
    }, limitSeconds);

  const press = async (label: string): Promise<void> =>
    (await runPage()).locator('vscode-button', { hasText: label }).click();

  const tab = (text: string) => session().page.locator('.tabs-container .tab', { hasText: text });

  it('is opened from the palette, and has nothing measured at first', async () => {
    const { page } = session();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('.activitybar').getByRole('tab', { name: 'Basin' }).click();
    await page.locator('#workbench\\.parts\\.sidebar .monaco-list-row', { hasText: 'batch-1024' }).waitFor();
    await runCommand(page, 'Basin: Show Run');
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'runs/batch-32' }).click();
    await says(/^Not Measured 3 checkpoints/);
    assert.equal(await (await runPage()).locator('.run-chart').count(), 0);
  });

  it('measures the run, and draws what is known of it', async () => {
    await press('Measure This Run');
    await says(/Measuring…|Waiting/);
    await says(/all 3 checkpoints measured/);
    const page = await runPage();
    await page.locator('.run-figure').nth(6).waitFor();
    assert.match(
      (await page.locator('.run-figure').first().locator('.legend').textContent()) ?? '',
      /train[\d.]+ ± [\d.]+test[\d.]+ ± [\d.]+/,
    );
    await screenshot(session().page, 'run-panel');
  });

  it('is compared with another run', async () => {
    await (await runPage()).getByRole('checkbox', { name: 'runs/batch-1024' }).press(' ');
    await (await runPage()).locator('.run-readings p').nth(1).waitFor();
  });

  it('leads to the landscape of one checkpoint after the other, in one place', async () => {
    const slider = (await runPage()).getByRole('slider', { name: 'Checkpoint' });
    await slider.press('Home');
    await press('Show Landscape');
    await tab('epoch_000.pt').waitFor();
    await slider.press('End');
    await press('Show Landscape');
    await tab('epoch_024.pt').waitFor();
    await tab('epoch_000.pt').waitFor({ state: 'detached' });
    await screenshot(session().page, 'run-panel-landscape');
  });

  it('is copied as the line that measures it', async () => {
    await press('Export');
    await (await runPage()).getByRole('menuitem', { name: 'Copy as Command' }).click();
    await session().page.locator('.statusbar-item', { hasText: 'copied' }).waitFor();
    const line = await session().page.evaluate(() =>
      (
        globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }
      ).navigator.clipboard.readText(),
    );
    assert.match(line, /^basin run .*runs\/batch-32 --samples 50 --seed 0 .*--out batch-32-run\.json$/);
  });

  it('measures volumes where that is asked for, and draws the lower bounds that they are', async () => {
    await press('Measure Local Volume');
    await eventually(async () => {
      const page = await runPage();
      const figure = page.locator('.run-figure', { has: page.getByRole('heading', { name: 'Local volume' }) });
      assert.match((await figure.locator('.legend').textContent({ timeout: 1000 })) ?? '', /ln volume≥ −[\d,]+/);
      assert.equal(await page.locator('.volume-offer:visible').count(), 0);
    }, limitSeconds);
    await screenshot(session().page, 'run-panel-volume');
  });

  it('is there again after a reload, with what was chosen, and nothing is measured again', async () => {
    await (await runPage()).getByRole('slider', { name: 'Checkpoint' }).press('Home');
    await eventually(async () => {
      const kept = await keptState(session().page);
      assert.match(kept, /chosen[\\":]+epoch_000\.pt/, 'VS Code has not kept the choice yet');
    }, limitSeconds);
    await session().page.reload();
    await says(/^(Measured|Waiting for the Next Checkpoint) all 3 checkpoints/);
    const page = await runPage();
    await page.locator('.run-readings p').nth(1).waitFor();
    await page.locator('.run-readings p', { hasText: /runs\/batch-32 epoch_000\.pt/ }).waitFor();
    await page
      .locator('.legend', { hasText: /batch-32 train[\d.]+ ± [\d.]+.*batch-1024 trainnot measured/ })
      .first()
      .waitFor();
  });

  it('takes its colours from the theme', async () => {
    const { page } = session();
    for (const [kind, theme] of Object.entries(themes)) {
      configure(session().server.workspace, { 'workbench.colorTheme': theme });
      await eventually(async () =>
        assert.match((await (await runPage()).locator('body').getAttribute('class')) ?? '', new RegExp(`${kind}( |$)`)),
      );
      await screenshot(page, `run-panel-${kind}`);
    }
  });

  it('leads to its trajectory, in the landscape of its last checkpoint', async () => {
    await press('Show Trajectory');
    await tab('epoch_024.pt').waitFor();
    await eventually(async () => {
      const legends = await Promise.all(
        session()
          .page.frames()
          .map(frame =>
            frame
              .locator('main:not(.run) .path:not([hidden]) .hint')
              .first()
              .textContent({ timeout: 1000 })
              .catch(() => null),
          ),
      );
      assert.ok(
        legends.some(text => text?.includes('arrows: the order of training')),
        JSON.stringify(legends),
      );
    }, limitSeconds);
    await screenshot(session().page, 'run-panel-trajectory');
  });
});
