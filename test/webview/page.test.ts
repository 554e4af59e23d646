/** The page in a browser, under the content policy it has in VS Code: its states, its choices and what it keeps. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { PanelState } from '../../webview/messages.ts';
import { defaultSettings, defaultView, toViewState, type View } from '../../webview/view/settings.ts';
import { eventually } from '../eventually.ts';
import { panelStates, type StateName } from '../fixtures/panelStates.ts';
import { contour, hasPosted, keptView, narrow, pageSuite } from './pageSuite.ts';
import { barFoot, pixel } from './pixels.ts';

const stateNames = Object.keys(panelStates) as StateName[];

const isChosen = (page: Page, name: string): Promise<void> =>
  eventually(async () => assert.ok(await page.getByRole('radio', { name }).isChecked(), `${name} is not chosen`));

pageSuite('the landscape page', check => {
  check('asks for the state when it is ready', async ({ posted }) => {
    await eventually(async () => assert.deepEqual(await posted(), [{ type: 'ready' }]));
  });

  describe('buttons', () => {
    const presses = (state: StateName, label: string, expected: string): void =>
      check(`${label} of a panel that is ${state}`, async ({ page, show, posted }) => {
        await show(panelStates[state]);
        await page.getByRole('button', { name: label }).click();
        await page.getByRole('button', { name: label }).focus();
        await page.keyboard.press('Enter');
        const all = [{ type: 'ready' }, { type: expected }, { type: expected }];
        await eventually(async () => assert.deepEqual(await posted(), all));
      });
    presses('starting', 'Cancel', 'cancel');
    presses('coarse', 'Cancel', 'cancel');
    presses('cancelled', 'Retry', 'retry');
    presses('failed', 'Retry', 'retry');
    presses('stopped', 'Show Log', 'showLog');
  });

  describe('states', () => {
    check('announce their phase politely and name what went wrong', async ({ page, show }) => {
      const seen: string[] = [];
      for (const name of stateNames) {
        await show(panelStates[name]);
        const { message } = panelStates[name] as PanelState;
        const shown = page.locator('.message');
        await eventually(async () => {
          assert.equal(await shown.isVisible(), message !== undefined, name);
          if (message !== undefined) assert.equal(await shown.textContent(), message);
        });
        seen.push((await page.getByRole('status').textContent())!);
      }
      assert.deepEqual(seen.slice(0, 4), ['Loading model and data…', 'Computing…', 'Computing…', 'Done']);
    });
    check(
      'fit a narrow panel',
      async ({ page, show }) => {
        for (const name of ['starting', 'stopped', 'failed', 'non-square'] as const) {
          await show(panelStates[name]);
          const [inner, whole] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
          assert.equal(whole, inner, name);
        }
      },
      { size: narrow },
    );
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      check(
        `${reducedMotion === 'reduce' ? 'keep still' : 'move'} where the reader's preference is ${reducedMotion}`,
        async ({ page, show }) => {
          await show(panelStates.starting);
          const animation = await page
            .locator('vscode-progress-bar')
            .evaluate(bar => getComputedStyle(bar.shadowRoot!.querySelector('[part~=indicator]')!).animationName);
          assert.equal(animation === 'none', reducedMotion === 'reduce', animation);
        },
        { reducedMotion },
      );
    }
    check('end where the extension is no more, and only then', async ({ page, show, send }) => {
      await page.clock.install();
      await show(panelStates.coarse);
      await send({ type: 'alive' });
      await page.clock.fastForward(50_000);
      await send({ type: 'alive' });
      await page.clock.fastForward(50_000);
      await page.locator('main[data-phase="computing"]').waitFor();
      await page.clock.fastForward(20_000);
      await page.locator('.message', { hasText: 'The extension no longer answers' }).waitFor();
      assert.equal(await page.locator('header vscode-button').count(), 0);
      await send({ type: 'alive' });
      await page.locator('main[data-phase="computing"]').waitFor();
    });
    check('do not redraw while nothing happens', async ({ page, show }) => {
      await show(panelStates.done);
      const framesAskedFor = (): Promise<number> =>
        page.evaluate(async () => {
          let asked = 0;
          const original = window.requestAnimationFrame;
          window.requestAnimationFrame = callback => {
            asked++;
            return original(callback);
          };
          await new Promise(resolve => original(() => original(() => original(resolve))));
          window.requestAnimationFrame = original;
          return asked;
        });
      // The last change of a size may still be drawn.
      await eventually(async () => assert.equal(await framesAskedFor(), 0));
    });
  });

  describe('choices', () => {
    check('change scale and metric, and are kept', async open => {
      const { page, show } = open;
      await show(panelStates.done);
      await page.getByRole('radio', { name: 'Linear' }).check();
      await page.getByRole('radio', { name: 'Accuracy' }).check();
      await show(panelStates.done);
      await eventually(async () => {
        assert.deepEqual((await keptView(open)).settings, { ...defaultSettings, metric: 'accuracy', scale: 'linear' });
        assert.ok(await page.getByRole('radio', { name: 'Log' }).isDisabled());
        assert.match((await page.locator(`${contour} canvas`).getAttribute('aria-label'))!, /^Accuracy /);
      });
    });
    check(
      'are there after a reload',
      async ({ page, show }) => {
        await show(panelStates.done);
        await isChosen(page, 'Linear');
      },
      { saved: { view: { settings: { metric: 'loss', scale: 'linear' } } } },
    );
    check(
      'are the default where what was saved is no state',
      async ({ page, show }) => {
        await show(panelStates.done);
        await isChosen(page, 'Log');
      },
      { saved: { view: { settings: 3, camera: { azimuth: 'north' } } } },
    );
  });

  describe('the display', () => {
    check('is told to the extension once it rests', async open => {
      await open.show(panelStates.done);
      await open.page.getByRole('radio', { name: 'Linear' }).check();
      await open.page.getByRole('radio', { name: 'Accuracy' }).check();
      await eventually(async () => assert.equal((await keptView(open)).settings.metric, 'accuracy'));
      await hasPosted(open, { type: 'viewState', view: toViewState(await keptView(open)) });
    });
    const elsewhere: View = { ...defaultView, settings: { ...defaultSettings, scale: 'linear', colorMap: 'magma' } };
    check('is taken over from another panel’s where the page is new', async ({ page, show }) => {
      await show({ ...panelStates.done, view: toViewState(elsewhere) });
      await isChosen(page, 'Linear');
      const colors = page.getByRole('combobox', { name: 'Colors' });
      await eventually(async () => assert.equal((await colors.textContent())!.trim(), 'Magma'));
    });
    check(
      'is the page’s own after a reload',
      async ({ page, show }) => {
        await show({ ...panelStates.done, view: toViewState(elsewhere) });
        await isChosen(page, 'Log');
      },
      { saved: { view: toViewState(defaultView) } },
    );
    check('changes the colours of both pictures at once', async open => {
      await open.show(panelStates.done);
      await open.page.getByRole('combobox', { name: 'Colors' }).press('Enter');
      for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await open.page.keyboard.press(key);
      await eventually(async () =>
        assert.deepEqual(await pixel(open, await barFoot(open)), [0, 0, 4], 'magma begins at black'),
      );
    });
    check('draws as many contour lines as are asked for', async open => {
      await open.show(panelStates.done);
      const picture = (): Promise<string> =>
        open.page.locator(`${contour} canvas`).evaluate(canvas => (canvas as HTMLCanvasElement).toDataURL());
      const before = await picture();
      await open.page.getByRole('combobox', { name: 'Levels' }).press('Enter');
      await open.page.keyboard.press('ArrowDown');
      await open.page.keyboard.press('Enter');
      await eventually(async () => {
        assert.notEqual(await picture(), before);
        assert.equal((await keptView(open)).settings.levels, 0);
      });
    });
  });

  describe('several planes', () => {
    check('are chosen from by keys, and the choice is kept', async open => {
      const { page, show } = open;
      await show(panelStates.several);
      await page.getByRole('radio', { name: 'Plane 1' }).focus();
      await page.keyboard.press('ArrowRight');
      const canvas = page.locator(`${contour} canvas`);
      await eventually(async () => assert.match((await canvas.getAttribute('aria-label'))!, /^Loss in plane 2 /));
      await page.getByRole('radio', { name: 'Deviation' }).check();
      await eventually(async () => {
        assert.match((await canvas.getAttribute('aria-label'))!, /^Std. deviation of loss /);
        assert.equal((await keptView(open)).settings.plane, 'deviation');
      });
    });
    check('show how far they differ', async ({ page, show }) => {
      await show(panelStates.several);
      await page.locator('.several .hint', { hasText: /standard deviation of 2\.01 between the planes/ }).waitFor();
      await show(panelStates.done);
      await page.locator('.several').waitFor({ state: 'hidden' });
    });
  });

  describe('the picture as text', () => {
    check('is a table that is built when it is asked for', async ({ page, show }) => {
      await show(panelStates.done);
      assert.equal(await page.locator('table').count(), 0);
      await page.locator('.table summary').press('Enter');
      await page.locator('table').waitFor();
      const cells = page.locator('tbody tr').first().locator('th, td');
      await eventually(async () => {
        const all = await cells.allTextContents();
        assert.deepEqual([all.length, all[0], all[1]], [52, '1', '101']);
      });
      await page.getByRole('radio', { name: 'Accuracy' }).check();
      await page.locator('table caption', { hasText: /^Accuracy by y/ }).waitFor();
    });
  });
});
