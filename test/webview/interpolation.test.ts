/**
 * The line between two checkpoints, on the page of a comparison. With BASIN_SCREENSHOTS set to a folder, pictures of it in
 * every theme are written there.
 */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { compareDocumentState } from '../../extension/compareDocumentState.ts';
import type { ComparePanelState } from '../../webview/compare/messages.ts';
import type { InterpolateResult } from '../../worker/results.ts';
import { eventually } from '../eventually.ts';
import { compareStates } from '../fixtures/comparePanels.ts';
import {
  brokenInterpolation,
  partialInterpolation,
  plainInterpolation,
  wholeInterpolation,
} from '../fixtures/interpolations.ts';
import { checkLooks, keepPicture } from './looks.ts';
import { comparePageSuite, drawnPicture, hasPosted } from './pageSuite.ts';

const results = {
  whole: wholeInterpolation,
  partial: partialInterpolation,
  plain: plainInterpolation,
  broken: brokenInterpolation,
} as const;

const stateOf = (result: InterpolateResult): ComparePanelState => ({
  ...compareStates.two,
  interpolation: { from: 0, to: 1, phase: result.complete ? 'done' : 'computing', result },
});

const part = (page: Page): Locator => page.getByRole('region', { name: 'Line between checkpoints' });

/** What is drawn on each of the charts, so that another picture is another text. */
const picturesOf = (page: Page): Promise<string[]> =>
  part(page)
    .locator('canvas')
    .evaluateAll(canvases =>
      (canvases as HTMLCanvasElement[]).map(canvas => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return data.some(value => value !== 0) ? canvas.toDataURL() : '';
      }),
    );

/** Waits until so many charts are drawn. */
const drawnCharts = (page: Page, count: number): Promise<string[]> =>
  eventually(async () => {
    const pictures = await picturesOf(page);
    assert.deepEqual([pictures.length, pictures.includes('')], [count, false]);
    return pictures;
  });

comparePageSuite('the line between checkpoints', check => {
  check('shows loss and accuracy, and says how high the barrier is', async ({ page, show }) => {
    await show(stateOf(wholeInterpolation));
    await drawnCharts(page, 2);
    await part(page).getByText('Train, statistics interpolated: a barrier of 0.0193 ± 0.0041 at t = 0.375.').waitFor();
    await part(page).getByRole('heading', { name: 'Accuracy between the Checkpoints' }).waitFor();
    await part(page)
      .getByRole('img', {
        name: /^Loss between the Checkpoints\. Loss on the straight line from batch-32\/epoch_024\.pt/,
      })
      .waitFor();
  });

  check('grows while it is computed, without a barrier until all points are there', async ({ page, show }) => {
    await show(stateOf(partialInterpolation));
    const before = await drawnCharts(page, 2);
    assert.equal(await part(page).locator('.barriers li').count(), 0);
    await show(stateOf(wholeInterpolation));
    await eventually(async () => assert.equal(await part(page).locator('.barriers li').count(), 7));
    await eventually(async () => assert.notDeepEqual(await picturesOf(page), before));
  });

  check('shows the loss alone where it has no classes', async ({ page, show }) => {
    await show(stateOf(wholeInterpolation));
    await drawnCharts(page, 2);
    await show(stateOf(plainInterpolation));
    await drawnCharts(page, 1);
    await part(page).getByText('Train: a barrier of 0.0193 at t = 0.375.').waitFor();
  });

  check('draws the loss on another scale, by keyboard', async ({ page, show }) => {
    await show(stateOf(wholeInterpolation));
    const [log] = await drawnCharts(page, 2);
    await part(page).getByRole('radio', { name: 'Log' }).focus();
    await page.keyboard.press('ArrowLeft');
    await eventually(async () => assert.notEqual((await picturesOf(page))[0], log));
    assert.ok(await part(page).getByRole('radio', { name: 'Linear' }).isChecked());
  });

  check('has no log scale where a loss is not above 0', async ({ page, show }) => {
    const curves = plainInterpolation.curves.map(curve => ({ ...curve, loss: curve.loss.map(own => Number(own) - 1) }));
    await show(stateOf({ ...plainInterpolation, curves }));
    await drawnCharts(page, 1);
    await eventually(async () => assert.ok(await part(page).getByRole('radio', { name: 'Log' }).isDisabled()));
  });

  check('tells its points as text', async ({ page, show }) => {
    await show(stateOf(brokenInterpolation));
    await drawnCharts(page, 2);
    const text = part(page).locator('figure').first();
    await text.locator('summary').press('Enter');
    await eventually(async () =>
      assert.deepEqual(
        await text
          .locator('tbody tr')
          .evaluateAll(rows =>
            rows.map(row => row.querySelector('th')!.textContent).filter((_, place) => place % 8 === 4),
          ),
        ['0, batch-32/epoch_024.pt', '0.5', '1, batch-1024/epoch_480.pt'],
      ),
    );
    await text.getByRole('cell', { name: '∞' }).first().waitFor();
    await part(page).getByText('the loss is infinite at t = 0.5').waitFor();
  });

  check('is exported, as picture or as numbers', async open => {
    const { page, show } = open;
    await show(compareStates.two);
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Copy as Command' }).waitFor();
    assert.equal(await page.getByRole('menuitem', { name: /^Line/ }).count(), 0);
    await page.keyboard.press('Escape');
    await show(stateOf(wholeInterpolation));
    for (const kind of ['png', 'svg', 'csv', 'json'] as const) {
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: `Line between Two as ${kind.toUpperCase()}…` }).click();
      await hasPosted(open, { type: 'export', kind, baseline: 0, of: 'interpolation' });
    }
  });

  check('of a result file stands alone, and is exported from there', async open => {
    const { page, show } = open;
    await show(compareDocumentState('line.json', wholeInterpolation));
    await drawnCharts(page, 2);
    await page
      .getByRole('heading', { name: 'Line between batch-32/epoch_024.pt and batch-1024/epoch_480.pt' })
      .waitFor();
    await page.getByText('Result file, read-only').waitFor();
    assert.deepEqual(await page.getByRole('button').allTextContents(), ['Export\u00a0▾']);
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Line between Two as JSON…' }).click();
    await hasPosted(open, { type: 'export', kind: 'json', baseline: 0, of: 'interpolation' });
    assert.equal(await page.getByRole('heading', { name: 'Measures' }).count(), 0);
  });

  check('of a result file that is damaged says what is wrong', async ({ page, show }) => {
    await show(compareDocumentState('line.json', undefined, 'line.json: "t" lacks 0 or 1; export it again.'));
    await page.getByRole('alert').getByText('"t" lacks 0 or 1').waitFor();
    assert.equal(await page.getByRole('button').count(), 0);
  });

  for (const kind of ['svg', 'png'] as const) {
    check(`is drawn for print as ${kind.toUpperCase()}`, async open => {
      await open.show(stateOf(wholeInterpolation));
      await drawnCharts(open.page, 2);
      await open.send({ type: 'draw', kind, of: 'interpolation' });
      const content = await drawnPicture(open);
      if (kind === 'svg') {
        assert.match(
          String(content),
          /<title>Line between batch-32\/epoch_024\.pt and batch-1024\/epoch_480\.pt<\/title>/,
        );
        assert.match(String(content), /a barrier of 0\.0193 ± 0\.0041 at t = 0\.375/);
      } else {
        assert.deepEqual((content as number[]).slice(1, 4), [...Buffer.from('PNG')]);
      }
      keepPicture(`interpolation-print.${kind}`, content);
    });
  }

  checkLooks(check, {
    title: 'interpolation',
    names: Object.keys(results) as (keyof typeof results)[],
    accessible: ['whole', 'broken'],
    async bringUp({ page, show }, name) {
      await show(stateOf(results[name]));
      await drawnCharts(page, name === 'plain' ? 1 : 2);
    },
  });
});
