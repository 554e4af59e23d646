/**
 * The page of a comparison. With BASIN_SCREENSHOTS set to a folder, pictures of every state in every theme, and those for
 * print, are written there.
 */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { compareDocumentState } from '../../extension/compareDocumentState.ts';
import { measureText } from '../../webview/run/view/measures.ts';
import { eventually } from '../eventually.ts';
import { type CompareStateName, compareStates } from '../fixtures/comparePanels.ts';
import { brokenComparison, wholeComparison } from '../fixtures/comparisons.ts';
import { checkLooks, keepPicture } from './looks.ts';
import { comparePageSuite, drawnPicture, hasPosted, narrow } from './pageSuite.ts';
import { tabStops } from './tabStops.ts';

const stateNames = Object.keys(compareStates) as CompareStateName[];

const tile = (page: Page, index: number): Locator => page.locator(`.tile[data-index="${index}"]`);

/** Whether something was drawn on each of the contour maps that are shown. */
const inkOf = (page: Page): Promise<boolean[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>('.tile .contour:not([hidden]) canvas')].map(canvas => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some(value => value !== 0);
    }),
  );

/** What a row of the measures says, column by column. */
const rowOf = (page: Page, title: string): Promise<string[]> =>
  page
    .locator('.measures tbody tr', { has: page.getByRole('rowheader', { name: title }) })
    .locator('td')
    .evaluateAll(cells => cells.map(cell => [...cell.children].map(child => child.textContent).join(' | ')));

comparePageSuite('the page of a comparison', check => {
  check('draws a landscape a checkpoint', async ({ page, show }) => {
    for (const [name, count] of [
      ['two', 2],
      ['six', 6],
    ] as const) {
      await show(compareStates[name]);
      await eventually(async () => assert.deepEqual(await inkOf(page), Array(count).fill(true)));
    }
  });

  check(
    'draws every measure against the step, and reads all of them at the place of the pointer',
    async ({ page, show }) => {
      await show(compareStates.six);
      const charts = page.locator('.run-figure');
      await eventually(async () => assert.ok((await charts.count()) >= 5, `${await charts.count()} charts`));
      const loss = charts.filter({ has: page.getByRole('heading', { name: 'Loss' }) });
      const { width = 0, height = 0 } = (await loss.locator('canvas').boundingBox()) ?? {};
      await loss.locator('canvas').hover({ position: { x: 0.95 * width, y: 0.4 * height } });
      const last = compareStates.six.measures.result!.checkpoints.at(-1)!;
      const text = measureText(last.measures.find(({ name }) => name === 'test-accuracy')!, 'percent');
      const accuracy = charts.filter({ has: page.getByRole('heading', { name: 'Accuracy' }) });
      await eventually(async () =>
        assert.ok((await accuracy.locator('.value').allTextContents()).includes(text), `${text} is not among them`),
      );
    },
  );

  check('keeps six landscapes beside each other, each in its place', async ({ page, show }) => {
    await show(compareStates.six);
    const widths = await page.evaluate(() =>
      [...document.querySelectorAll('.tile')].map(own => [own.clientWidth, own.querySelector('canvas')!.clientWidth]),
    );
    assert.equal(widths.length, 6);
    for (const [own = 0, canvas = 0] of widths) assert.ok(canvas > 0 && canvas <= own, `${canvas} in ${own} pixels`);
  });

  check('says why one has no landscape, in its place', async ({ page, show }) => {
    await show(compareStates.mixed);
    await tile(page, 2).getByText('is of another architecture').waitFor();
    await eventually(async () => assert.deepEqual(await inkOf(page), [true, true]));
  });

  check('reads all landscapes at the place of the pointer', async ({ page, show }) => {
    await show(compareStates.two);
    const map = tile(page, 0).locator('.contour canvas');
    const { width = 0, height = 0 } = (await map.boundingBox()) ?? {};
    await map.hover({ position: { x: 0.6 * width, y: 0.4 * height } });
    await page.getByText(/^At x .*, y .*\.$/).waitFor();
    for (const index of [0, 1]) {
      await eventually(async () =>
        assert.match((await tile(page, index).locator('.tile-value').textContent()) ?? '', /^\d[\d.]* ± [\d.]+$/),
      );
      await tile(page, index).locator('.cell-cursor').waitFor();
    }
    await page.mouse.move(2, 2);
    await page.getByText('Point at a cell').waitFor();
  });

  check('reads them by keys, and says what is there', async ({ page, show }) => {
    await show(compareStates.two);
    await page.getByRole('group', { name: 'Landscape of batch-32/epoch_024.pt' }).focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowRight');
    await page
      .locator('[aria-live]', { hasText: /^x 0.*, batch-32\/epoch_024\.pt .* ± .*, batch-1024\/epoch_480\.pt .* ± / })
      .waitFor({ state: 'attached' });
  });

  check('enlarges all landscapes alike', async ({ page, show }) => {
    await show(compareStates.two);
    const enlarged = (): Promise<number> => page.locator('.contour canvas.is-enlarged').count();
    await page.getByRole('group', { name: 'Landscape of batch-1024/epoch_480.pt' }).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('+');
    await eventually(async () => assert.equal(await enlarged(), 2));
    await page.getByRole('button', { name: 'Reset View' }).click();
    await eventually(async () => assert.equal(await enlarged(), 0));
  });

  check('measures volumes where that is asked for, and tells no difference of lower bounds', async open => {
    const { page, show } = open;
    await show(compareStates.two);
    await page.getByRole('button', { name: 'Measure Local Volume' }).click();
    await hasPosted(open, { type: 'measureVolumes' });
    await show(compareStates.volumes);
    await eventually(async () => assert.equal(await page.locator('.volume-offer:visible').count(), 0));
    assert.match((await rowOf(page, 'ln volume'))[1] ?? '', /^≥ −12,100 ± 80 \| −4,100 \? not known$/);
    await page
      .locator('.measure-notes', { hasText: /prior σ = 0\.1 as before training .* lower bound only/ })
      .waitFor();
  });

  check('tells differences from the baseline in words and marks, and pins another', async ({ page, show, saved }) => {
    await show(compareStates.two);
    await eventually(async () =>
      assert.match((await rowOf(page, 'λmax'))[1] ?? '', /± .* \| \+[\d.]+ ± [\d.]+ ▲ higher$/),
    );
    assert.match((await rowOf(page, 'Keskar'))[1] ?? '', /^≥ .* \? not known$/);
    assert.doesNotMatch((await rowOf(page, 'λmax'))[0] ?? '', /higher|lower/);
    const pin = page.getByRole('button', { name: 'Baseline: batch-1024/epoch_480.pt' });
    await pin.focus();
    await page.keyboard.press('Enter');
    await eventually(async () => assert.match((await rowOf(page, 'λmax'))[0] ?? '', /−[\d.]+ ± [\d.]+ ▼ lower$/));
    assert.equal(await pin.getAttribute('aria-pressed'), 'true');
    // The table is another one, and the focus is where it was.
    assert.ok(await pin.evaluate(own => own === document.activeElement));
    assert.equal(((await saved()) as { view: { baseline: number } }).view.baseline, 1);
  });

  check('of a result file has the measures without the landscapes, pins, and computes nothing', async open => {
    const { page, show, saved } = open;
    await show(compareDocumentState('compared.basin.json', brokenComparison));
    await page.getByText('Result file, read-only').waitFor();
    await show(compareDocumentState('compared.basin.json', wholeComparison));
    await page.getByRole('heading', { name: /^Comparison of / }).waitFor();
    await page.getByText('A comparison is saved without its landscapes').waitFor();
    await page.locator('.eigenvalues canvas').first().waitFor();
    await page.locator('.caption', { hasText: 'Measures of ' }).waitFor();
    const { checkpoints } = wholeComparison;
    await eventually(async () => {
      const row = await rowOf(page, 'λmax');
      assert.equal(row.length, checkpoints.length);
      assert.equal(row.filter(text => text.includes(' | ')).length, checkpoints.length - 1);
    });
    await page
      .getByRole('button', { name: /^Baseline: / })
      .nth(1)
      .click();
    await eventually(async () => assert.doesNotMatch((await rowOf(page, 'λmax'))[1] ?? '', / \| /));
    assert.equal(((await saved()) as { view: { baseline: number } }).view.baseline, 1);
    assert.equal(await page.locator('.tiles:visible, .computation:visible').count(), 0);
    assert.equal(await page.getByRole('button', { name: /Compute|Cancel|Resume|Retry/ }).count(), 0);
    await page.getByRole('button', { name: 'Export' }).click();
    assert.deepEqual(await page.getByRole('menuitem').allTextContents(), ['Measures as CSV…', 'Comparison as JSON…']);
    await page.getByRole('menuitem', { name: 'Comparison as JSON…' }).click();
    await hasPosted(open, { type: 'export', kind: 'json', baseline: 1 });
  });

  check('of a result file that is damaged says what is wrong', async ({ page, show }) => {
    await show(
      compareDocumentState('a.basin.json', undefined, 'a.basin.json: "baseline" is no place; export it again.'),
    );
    await page.getByRole('alert').getByText('"baseline" is no place').waitFor();
    assert.equal(await page.getByRole('button').count(), 0);
    assert.equal(await page.getByText('saved without its landscapes').isVisible(), false);
  });

  check('warns where they were not measured alike', async ({ page, show }) => {
    await show(compareStates.mixed);
    await eventually(async () => assert.equal(await page.locator('.warnings li').count(), 2));
    await page.getByText('Rows differ').waitFor();
    await show(compareStates.two);
    await eventually(async () => assert.equal(await page.locator('.warnings li:visible').count(), 0));
  });

  check('says how far it is, and cancels', async open => {
    const { page, show } = open;
    await show(compareStates.computing);
    await page.getByText('landscape 3 of 6, epoch_008.pt, 338 of 676 cells, about 4 s left').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await hasPosted(open, { type: 'cancel' });
    await show(compareStates.measuring);
    await page.getByText('λmax of batch-1024/epoch_480.pt, 1 of 2 checkpoints, about 9 s left').waitFor();
    await eventually(async () => assert.equal((await rowOf(page, 'Trace'))[1], 'not measured'));
  });

  check('goes on where it was cancelled', async open => {
    const { page, show } = open;
    await show(compareStates.cancelled);
    await page.getByRole('button', { name: 'Resume' }).click();
    await hasPosted(open, { type: 'compute', options: compareStates.cancelled.options });
  });

  check('computes with other options once they are right', async open => {
    const { page, show, posted } = open;
    await show(compareStates.two);
    await page.locator('.computation summary').click();
    const cells = page.getByRole('spinbutton', { name: 'Cells a side' });
    await cells.fill('1');
    await page.getByText('A side has from 2 to 201 cells.').waitFor();
    await cells.fill('51');
    await page.getByRole('combobox', { name: 'Directions' }).click();
    await page.getByRole('option', { name: 'Identical' }).click();
    await page.getByRole('button', { name: 'Baseline: batch-1024/epoch_480.pt' }).click();
    assert.equal((await posted()).filter(({ type }) => type === 'compute').length, 0);
    await page.locator('.computation').getByRole('button', { name: 'Compute' }).click();
    await hasPosted(open, {
      type: 'compute',
      options: { split: 'train', seed: 0, grid: 51, range: 1, scaledTo: 1 },
    });
  });

  check('opens the landscape of one of them', async open => {
    await open.show(compareStates.two);
    await open.page.getByRole('button', { name: 'batch-1024/epoch_480.pt', exact: true }).click();
    await hasPosted(open, { type: 'showLandscape', index: 1 });
  });

  check(
    'is as it was before a reload',
    async ({ page, show, saved }) => {
      await show(compareStates.two);
      await eventually(async () => assert.ok(await page.getByRole('radio', { name: 'Accuracy' }).isChecked()));
      await eventually(async () =>
        assert.equal(
          await page.getByRole('button', { name: 'Baseline: batch-1024/epoch_480.pt' }).getAttribute('aria-pressed'),
          'true',
        ),
      );
      const kept = (await saved()) as { checkpoints: string[] };
      assert.deepEqual(kept.checkpoints, compareStates.two.checkpoints, 'what the extension finds them again by');
    },
    { saved: { view: { settings: { metric: 'accuracy' }, baseline: 1 } } },
  );

  check('holds eigenvalues as text too', async ({ page, show }) => {
    await show(compareStates.two);
    await page.locator('.eigenvalues summary').click();
    const table = page.getByRole('table', { name: 'Eigenvalues of the Hessian by rank' });
    await table.waitFor();
    assert.deepEqual(await table.getByRole('rowheader').allTextContents(), ['1', '2', '3', '4', '5', '−1']);
  });

  check('computes the line between two of one architecture', async open => {
    const { page, show } = open;
    await show(compareStates.mixed);
    const between = page.getByRole('region', { name: 'Between two checkpoints' });
    await between.getByRole('combobox', { name: 'From' }).click();
    const offered = await page.getByRole('option').allTextContents();
    assert.deepEqual(
      offered.map(text => text.trim()),
      ['runs/batch-32/epoch_024.pt', 'runs/batch-1024/epoch_480.pt'],
    );
    await page.getByRole('option', { name: 'batch-1024' }).click();
    await between.getByRole('button', { name: 'Compute' }).click();
    await hasPosted(open, { type: 'interpolate', from: 1, to: 0 });
    await show(compareStates.interpolated);
    await between.getByRole('heading', { name: 'Loss between the Checkpoints' }).waitFor();
  });

  for (const kind of ['png', 'svg'] as const) {
    check(`draws the landscapes as ${kind.toUpperCase()}`, async open => {
      const { page, show, send } = open;
      await show(compareStates.six);
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: `Landscapes as ${kind.toUpperCase()}…` }).click();
      await hasPosted(open, { type: 'export', kind, baseline: 0 });
      await send({ type: 'draw', kind });
      const content = await drawnPicture(open);
      assert.ok(content !== null, 'something was drawn');
      keepPicture(`compare-print.${kind}`, content);
      if (typeof content === 'string') assert.match(content, /<title>Loss landscapes of runs\/batch-32/);
      else assert.equal(Buffer.from(content).subarray(1, 4).toString(), 'PNG');
    });
  }

  check('has no picture where nothing was computed', async open => {
    await open.show(compareStates.idle);
    await open.send({ type: 'draw', kind: 'svg' });
    assert.equal(await drawnPicture(open), null);
  });

  check(
    'stays within a narrow page',
    async ({ page, show }) => {
      for (const name of ['six', 'mixed'] as const) {
        await show(compareStates[name]);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= narrow.width, `${name}: ${width}`);
      }
    },
    { size: narrow },
  );

  check('is reached by keyboard, in the order of the page, with a visible focus', async ({ page, show }) => {
    await show(compareStates.two);
    assert.deepEqual(await tabStops(page), [
      'Landscapes',
      'loss',
      'log',
      'Colors',
      'Levels',
      'Reset View',
      'Export',
      'batch-32/epoch_024',
      'Landscape of batch-32/epoch_024',
      'batch-1024/epoch_480',
      'Landscape of batch-1024/epoch_480',
      'The Landscapes as Text',
      'Measures',
      'Baseline: batch-32/epoch_024',
      'Baseline: batch-1024/epoch_480',
      'Measure Local Volume',
      'linear',
      'As Text',
      'From',
      'To',
      'Compute',
    ]);
  });

  checkLooks(check, {
    title: 'compare',
    names: stateNames,
    accessible: ['idle', 'computing', 'mixed', 'interpolated', 'failed'],
    bringUp: ({ show }, name) => show(compareStates[name]),
  });
});
