/** What a user does with landscapes in a workspace that is a copy of the demo. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { chooseInContextMenu, webviewOf } from './workbench.ts';

/** The demo's run. */
export const run = 'runs/batch-32';

/** Chooses Visualize Landscape for a checkpoint of the run; returns when it was clicked. */
export const visualize = (page: Page, file: string): Promise<number> =>
  chooseInContextMenu(page, `${run}/${file}`, 'Visualize Landscape');

export const button = (page: Page, label: string): Locator =>
  webviewOf(page).locator('vscode-button', { hasText: label });

/** Waits until the panel in front says so. */
export const says = (page: Page, message: RegExp): Promise<void> =>
  eventually(async () => assert.match((await webviewOf(page).locator('.message').textContent()) ?? '', message));

/** The panel of a checkpoint, once its computation stands at `phase`. */
export async function reached(page: Page, file: string, phase: string): Promise<Locator> {
  const main = webviewOf(page).locator(`main[data-phase="${phase}"]`, { hasText: file });
  await main.waitFor({ timeout: 400_000 });
  return main;
}

/** Ends what the panel of a checkpoint computes, be it that it ends by itself meanwhile. */
export async function cancel(page: Page, file: string): Promise<void> {
  const running = webviewOf(page).locator('main[data-phase="computing"]', { hasText: file });
  await eventually(async () => {
    // A real click needs several turns of a page that is drawing, within which the computation may end.
    if (await running.isVisible()) await button(page, 'Cancel').dispatchEvent('click', {}, { timeout: 10_000 });
    assert.equal(await running.count(), 0, `${file} is still computed`);
  });
}

/**
 * Reloads the window, and brings the panel of a checkpoint to the front: a browser keeps how editors are arranged every few
 * seconds, so that what was closed or in front just before may be there, or behind, again.
 */
export async function reload(page: Page, file: string): Promise<void> {
  await page.reload();
  await page.locator('.tab', { hasText: file }).click();
}

export const contourIn = (page: Page, file: string): Locator =>
  webviewOf(page).locator('main', { hasText: file }).locator('figure canvas').first();

/** Fills the form of the panel in front for a grid of a given size, and asks for what it says. */
export async function computeGrid(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  const form = webviewOf(page).locator('details.computation');
  const field = (label: string): Locator => form.locator('.field', { hasText: label });
  if ((await form.getAttribute('open')) === null) await form.locator('summary').click();
  if (!(await field('Columns').isVisible())) {
    await field('Grid').locator('vscode-single-select').click();
    await field('Grid').locator('.option', { hasText: 'Given Size' }).click();
  }
  for (const [label, value] of Object.entries(fields)) await field(label).locator('input').fill(value);
  await button(page, 'Compute').click();
}
