/** The convexity map in the spectrum's tab. With BASIN_SCREENSHOTS set to a folder, pictures of it are written there. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { PanelState } from '../../webview/messages.ts';
import { type ConvexityStateName, convexityOptions, convexityStates } from '../fixtures/convexity.ts';
import { panelStates } from '../fixtures/panelStates.ts';
import { spectrumStates } from '../fixtures/spectra.ts';
import { drawn } from './harness.ts';
import { checkLooks, keepPicture } from './looks.ts';
import { drawnPicture, lastPosted, pageSuite } from './pageSuite.ts';

const stateNames = Object.keys(convexityStates) as ConvexityStateName[];

const withMap = (name: ConvexityStateName): PanelState => ({
  ...panelStates.done,
  spectrum: spectrumStates.idle,
  convexity: convexityStates[name],
});

const openTab = async (page: Page): Promise<void> => {
  await page.getByRole('tab', { name: 'Spectrum' }).click();
  await drawn(page);
};

pageSuite('the convexity map', check => {
  check("is asked for in the landscape's plane, with its cost said before", async open => {
    const { page, show } = open;
    await show({ ...withMap('idle'), spectrum: spectrumStates.done });
    await openTab(page);
    await page.getByText("In the landscape's plane (random directions of seed 0)").waitFor();
    await page.getByText(/^121 cells of up to 60 products each, 7,260 at most; at \d+ ms a product/).waitFor();
    await page.getByRole('spinbutton', { name: 'Columns' }).last().fill('200');
    await page.getByText('from 1 to 101 columns').waitFor();
    await page.getByRole('spinbutton', { name: 'Columns' }).last().fill('7');
    await page.getByText(/^77 cells/).waitFor();
    await page.getByRole('button', { name: 'Compute Convexity Map' }).click();
    await lastPosted(open, {
      type: 'computeAnalysis',
      of: 'convexity',
      options: { ...convexityOptions, columns: 7 },
    });
  });

  check('grows, and is cancelled', async open => {
    const { page, show } = open;
    await show(withMap('computing'));
    await openTab(page);
    await page.getByText('9 of 81 cells, about 1 min 12 s left').waitFor();
    await page.getByRole('img', { name: /9 of 81 cells computed/ }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await lastPosted(open, { type: 'cancelAnalysis', of: 'convexity' });
  });

  check('marks what has not converged, and has a table', async ({ page, show }) => {
    await show(withMap('rough'));
    await openTab(page);
    await page.locator('.convexity .hint', { hasText: '✕ an eigenvalue has not converged · hatched' }).waitFor();
    await page.locator('.convexity summary').click();
    await page.getByRole('cell', { name: 'not finite' }).first().waitFor();
  });

  for (const kind of ['png', 'svg'] as const) {
    check(`is taken out as ${kind}`, async open => {
      const { page, show, send } = open;
      await show(withMap('rough'));
      await openTab(page);
      await page.locator('.convexity').getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: `Map as ${kind.toUpperCase()}` }).click();
      await lastPosted(open, { type: 'exportAnalysis', of: 'convexity', kind });
      await send({ type: 'draw', kind, of: 'convexity' });
      const content = await drawnPicture(open);
      assert.ok(content !== null, 'there is something to draw');
      keepPicture(`convexity.${kind}`, content);
      if (kind === 'svg') assert.match(content as string, /<title>Convexity map of runs/);
      else assert.deepEqual((content as number[]).slice(1, 4), [0x50, 0x4e, 0x47]);
    });
  }

  checkLooks(check, {
    title: 'convexity',
    names: stateNames,
    accessible: ['idle', 'rough', 'failed'],
    bringUp: async ({ page, show }, name) => {
      await show(withMap(name));
      await openTab(page);
    },
  });
});
