/**
 * The page of a run. With BASIN_SCREENSHOTS set to a folder, pictures of every state in every theme, and those for print,
 * are written there.
 */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { RUN_MEASURE_NAMES } from '../../worker/results.ts';
import { eventually } from '../eventually.ts';
import { type RunStateName, runStates } from '../fixtures/runPanels.ts';
import { checkLooks, keepPicture } from './looks.ts';
import { drawnPicture, hasPosted, narrow, runPageSuite } from './pageSuite.ts';
import { tabStops } from './tabStops.ts';

const stateNames = Object.keys(runStates) as RunStateName[];

/** Whether something was drawn on each of the charts. */
const inkOf = (page: Page): Promise<boolean[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>('.run-chart canvas')].map(canvas => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some(value => value !== 0);
    }),
  );

/** What the legend of a chart says of each of its lines. */
const legendOf = (page: Page, title: string): Promise<string[]> =>
  page
    .locator('.run-figure', { has: page.getByRole('heading', { name: title }) })
    .locator('li')
    .allTextContents();

/** The row of what is known of the chosen checkpoint. */
const readingOf = (page: Page): Promise<string> =>
  page.locator('.run-readings').evaluate(readings => readings.textContent ?? '');

const slider = (page: Page): Locator => page.getByRole('slider', { name: 'Checkpoint' });

/** Puts the pointer over a chart at a share of its width. */
async function pointAt(page: Page, title: string, share: number): Promise<void> {
  const chart = page.locator('.run-figure', { has: page.getByRole('heading', { name: title }) }).locator('.run-chart');
  const { width = 0, height = 0 } = (await chart.boundingBox()) ?? {};
  await chart.hover({ position: { x: share * width, y: height / 2 } });
}

runPageSuite('the page of a run', check => {
  check('says where the extension is no more, and only then', async ({ page, show, send }) => {
    await page.clock.install();
    // It may end before it has said anything else.
    await show(runStates.measuring);
    await page.clock.fastForward(50_000);
    await send({ type: 'alive' });
    await page.clock.fastForward(50_000);
    await page.locator('main[data-phase="running"]').waitFor();
    await page.clock.fastForward(20_000);
    await page.locator('.message', { hasText: 'The extension no longer answers' }).waitFor();
    assert.equal(await page.locator('header vscode-button').count(), 0);
    await send({ type: 'alive' });
    await page.locator('main[data-phase="running"]').waitFor();
  });
  check('offers to set the project up where that is what lacks', async open => {
    const { page, show } = open;
    const measuring = { phase: 'failed', message: 'No basin.json is here.', remedy: 'setUp' } as const;
    await show({ ...runStates.failed, measuring });
    await page.locator('header vscode-button', { hasText: 'Set Up This Project' }).click();
    await hasPosted(open, { type: 'setUp' });
  });
  check('draws a chart a group of measures', async ({ page, show }) => {
    await show(runStates.measured);
    await page.locator('.run-figure h2').first().waitFor();
    assert.deepEqual(await page.locator('.run-figure h2').allTextContents(), [
      'Loss',
      'Accuracy',
      'Gradient norm',
      'Extreme eigenvalues',
      'Trace of the Hessian',
      'Keskar sharpness, ε = 10⁻³',
      'SAM sharpness',
    ]);
    await eventually(async () => assert.deepEqual(await inkOf(page), Array(7).fill(true)));
    await eventually(async () => assert.match((await legendOf(page, 'Accuracy'))[1]!, /^test\d[\d.]*% ± [\d.]+%$/));
  });

  for (const name of ['listing', 'unreadable', 'empty', 'unmeasured', 'failed'] as const) {
    check(`draws nothing where nothing is known: ${name}`, async ({ page, show }) => {
      // What was drawn before is gone too.
      await show(runStates.measured);
      await show(runStates[name]);
      await eventually(async () => assert.equal(await page.locator('.run-chart:visible').count(), 0));
      const says = page.locator('.message:visible, .waiting:visible');
      await eventually(async () => assert.notEqual((await says.allTextContents()).join(''), ''));
    });
  }

  check(
    'reads all charts at the place of the pointer, and the chosen checkpoint without one',
    async ({ page, show }) => {
      await show(runStates.two);
      await eventually(async () =>
        assert.match(await readingOf(page), /epoch_024\.pt, step 1,344 .*epoch_480\.pt, step 960/),
      );
      const before = await legendOf(page, 'Trace');
      await pointAt(page, 'Loss', 0.5);
      await page.locator('.run-readings', { hasNotText: 'step 1,344' }).waitFor();
      await eventually(async () =>
        assert.match(await readingOf(page), /epoch_0\d\d\.pt, step [4-8]\d\d .*epoch_\d+\.pt, step [4-8]\d\d /),
      );
      await eventually(async () => assert.notDeepEqual(await legendOf(page, 'Trace'), before));
      const cursors = await page.locator('.cursor').evaluateAll(all => all.map(one => one.style.left !== ''));
      assert.deepEqual(cursors, Array(7).fill(true));
      await page.mouse.move(2, 2);
      await page.locator('.run-readings', { hasText: 'epoch_024.pt' }).waitFor();
      await eventually(async () => assert.deepEqual(await legendOf(page, 'Trace'), before));
    },
  );

  check('chooses the checkpoint that is clicked', async ({ page, show, saved }) => {
    await show(runStates.measured);
    await pointAt(page, 'Trace', 0.5);
    await page.mouse.down();
    await page.mouse.up();
    await eventually(async () =>
      assert.match(((await saved()) as { view: { chosen: string } }).view.chosen, /^epoch_0(10|12)\.pt$/),
    );
  });

  check('leads to its trajectory', async open => {
    await open.show(runStates.measured);
    await open.page.getByRole('button', { name: 'Show Trajectory' }).click();
    await hasPosted(open, { type: 'showTrajectory' });
  });

  check('is led from checkpoint to checkpoint by keys, and says what is there', async ({ page, show }) => {
    await show(runStates.troubled);
    await page.getByRole('group', { name: /^Measures/ }).focus();
    await page.keyboard.press('Home');
    await page.locator('.run-readings', { hasText: 'epoch_000.pt, step 0' }).waitFor();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    await page.locator('.run-readings', { hasText: /epoch_010\.pt.*is no checkpoint/ }).waitFor();
    await eventually(async () => assert.deepEqual(await legendOf(page, 'Trace'), ['tracefailed']));
    await page
      .locator('[aria-live]', { hasText: 'epoch_010.pt, step 560; Loss train: failed' })
      .waitFor({ state: 'attached' });
    await eventually(async () => assert.equal(await slider(page).getAttribute('aria-valuetext'), 'epoch_010.pt'));
  });

  check('shows the landscape of the chosen checkpoint on request', async open => {
    const { page, show } = open;
    await show(runStates.measured);
    await slider(page).press('Home');
    await page.getByRole('button', { name: 'Show Landscape' }).click();
    await hasPosted(open, { type: 'showLandscape', file: 'epoch_000.pt' });
  });

  check('lets the landscape follow the slider where that is wanted, once it is still', async open => {
    const { page, show, posted } = open;
    await show(runStates.measured);
    await slider(page).press('ArrowLeft');
    await page.getByRole('checkbox', { name: 'Landscape follows' }).press(' ');
    for (let i = 0; i < 3; i++) await slider(page).press('ArrowLeft');
    await hasPosted(open, { type: 'showLandscape', file: 'epoch_016.pt' });
    const shown = (await posted()).filter(({ type }) => type === 'showLandscape');
    assert.ok(shown.length < 4, 'what lies on the way is not computed');
  });

  check('has no landscape of a file that is gone', async ({ page, show }) => {
    await show(runStates.troubled);
    await slider(page).press('Home');
    await page.locator('.run-readings', { hasText: 'its file is gone' }).waitFor();
    const button = page.locator('vscode-button', { hasText: 'Show Landscape' });
    await eventually(async () => assert.ok(await button.evaluate(own => (own as HTMLButtonElement).disabled)));
  });

  check('measures with the budget that is typed, and not with what is none', async open => {
    const { page, show, posted } = open;
    await show(runStates.unmeasured);
    const field = page.getByRole('textbox', { name: 'Minutes at most' });
    await field.fill('soon');
    await page.getByRole('button', { name: 'Measure This Run' }).click();
    assert.equal((await posted()).filter(({ type }) => type === 'measure').length, 0);
    await field.fill('1.5');
    await page.getByRole('button', { name: 'Measure This Run' }).click();
    await hasPosted(open, { type: 'measure', budgetSeconds: 90 });
    await field.fill('');
    await page.getByRole('button', { name: 'Measure This Run' }).click();
    await hasPosted(open, { type: 'measure' });
  });

  check('measures volumes where that is asked for, says what they take, and does not ask again', async open => {
    const { page, show } = open;
    await show(runStates.measured);
    await page.locator('.volume-offer', { hasText: 'takes longer than all other measures together' }).waitFor();
    await page.getByRole('button', { name: 'Measure Local Volume' }).click();
    await hasPosted(open, { type: 'measure', measures: RUN_MEASURE_NAMES });
    await show(runStates.volumes);
    await eventually(async () => assert.equal(await page.locator('.volume-offer:visible').count(), 0));
    await page.locator('.run-figure h2', { hasText: 'Local volume, ln' }).waitFor();
    await page.locator('footer', { hasText: /ln volume ≥ is a lower bound only/ }).waitFor();
    assert.match((await legendOf(page, 'Local volume'))[0]!, /^ln volume≥ −7,\d+ ± 80$/);
  });

  check('goes on with volumes where they were asked for before a pause', async open => {
    const { page, show } = open;
    await show({ ...runStates.paused, measuring: { phase: 'paused', measures: RUN_MEASURE_NAMES } });
    await page.getByRole('button', { name: 'Resume' }).click();
    await hasPosted(open, { type: 'measure', measures: RUN_MEASURE_NAMES });
  });

  check('pauses, and says how far it is', async open => {
    const { page, show } = open;
    await show(runStates.measuring);
    await page.getByText('6 of 13 checkpoints, λmax of epoch_012.pt, about 33 s left').waitFor();
    await eventually(async () =>
      assert.equal(await page.locator('vscode-progress-bar').evaluate(bar => (bar as HTMLProgressElement).value), 6),
    );
    await page.getByRole('button', { name: 'Pause' }).click();
    await hasPosted(open, { type: 'pause' });
  });

  check('compares with the runs that are ticked', async open => {
    const { page, show, saved } = open;
    await show(runStates.measured);
    await page.getByRole('checkbox', { name: 'runs/batch-1024' }).press(' ');
    await hasPosted(open, { type: 'compare', labels: ['runs/batch-1024'] });
    await show(runStates.two);
    await eventually(async () => assert.equal((await legendOf(page, 'Loss')).length, 4));
    await eventually(async () =>
      assert.deepEqual(((await saved()) as { view: { compared: string[] } }).view.compared, ['runs/batch-1024']),
    );
  });

  check(
    'is as it was before a reload',
    async open => {
      const { page, show } = open;
      await hasPosted(open, { type: 'compare', labels: ['runs/batch-1024'] });
      await show(runStates.two);
      await eventually(async () => assert.match(await readingOf(page), /epoch_004\.pt, epoch 4 /));
      await eventually(async () =>
        assert.equal(await page.getByRole('slider', { name: 'Smoothing' }).inputValue(), '0.7'),
      );
      await eventually(async () => assert.ok(await page.getByRole('radio', { name: 'Log' }).isChecked()));
      await page.getByText('strong: smoothed for the eye').waitFor();
    },
    {
      saved: {
        run: 'runs/batch-32',
        view: {
          axis: 'epoch',
          axisScale: 'log',
          smoothing: 0.7,
          compared: ['runs/batch-1024'],
          chosen: 'epoch_004.pt',
        },
      },
    },
  );

  check('keeps by what the extension finds its run again', async ({ show, saved }) => {
    await show(runStates.measured);
    await eventually(async () => assert.equal(((await saved()) as { run: string }).run, 'runs/batch-32'));
  });

  check('is a table too', async ({ page, show }) => {
    await show(runStates.two);
    await page.getByText('The Run as Text').click();
    await page.getByRole('table').first().waitFor();
    assert.deepEqual(
      await page
        .getByRole('table')
        .evaluateAll(tables => tables.map(table => table.querySelectorAll('tbody tr').length)),
      [13, 11],
    );
  });

  for (const kind of ['png', 'svg'] as const) {
    check(`draws its charts as ${kind.toUpperCase()}`, async open => {
      const { page, show, send } = open;
      await show(runStates.two);
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: `Charts as ${kind.toUpperCase()}…` }).click();
      await hasPosted(open, { type: 'export', kind });
      await send({ type: 'draw', kind });
      const content = await drawnPicture(open);
      assert.ok(content !== null, 'something was drawn');
      keepPicture(`run-print.${kind}`, content);
      if (typeof content === 'string') assert.match(content, /<title>Measures of runs\/batch-32, runs\/batch-1024</);
      else assert.equal(Buffer.from(content).subarray(1, 4).toString(), 'PNG');
    });
  }

  check('has no picture where nothing was measured', async open => {
    const { page, show, send } = open;
    await show(runStates.unmeasured);
    await send({ type: 'draw', kind: 'svg' });
    assert.equal(await drawnPicture(open), null);
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem').first().waitFor();
    assert.deepEqual(await page.getByRole('menuitem').allTextContents(), [
      'Measures as CSV…',
      'Run as JSON…',
      'Copy as Command',
    ]);
  });

  check(
    'opens its menu within the page, wherever the button stands',
    async ({ page, show }) => {
      for (const name of ['measured', 'unmeasured'] as const) {
        await show(runStates[name]);
        await page.getByRole('button', { name: 'Export' }).click();
        const { x = -1, width = 0 } = (await page.getByRole('menu').boundingBox()) ?? {};
        assert.ok(x >= 0 && x + width <= narrow.width, `${name}: from ${x} to ${x + width}`);
        await page.keyboard.press('Escape');
      }
    },
    { size: narrow },
  );

  check('is reached by keyboard, in the order of the page, with a visible focus', async ({ page, show }) => {
    await show(runStates.paused);
    assert.deepEqual(await tabStops(page), [
      'Minutes at most',
      'Resume',
      'runs/batch-1024',
      'Against',
      'linear',
      'Values',
      'Smoothing',
      'Show Trajectory',
      'Export',
      'Checkpoint',
      'Show Landscape',
      'Landscape follows',
      'Measures',
      'Measure Local Volume',
      'The Run as Text',
    ]);
  });

  checkLooks(check, {
    title: 'run',
    names: stateNames,
    accessible: ['unmeasured', 'measuring', 'two', 'failed'],
    bringUp: ({ show }, name) => show(runStates[name]),
  });
});
