/**
 * The spectrum's tab. With BASIN_SCREENSHOTS set to a folder, pictures of it in every theme, and those for print, are
 * written there.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { PanelState } from '../../webview/messages.ts';
import { eventually } from '../eventually.ts';
import { panelStates } from '../fixtures/panelStates.ts';
import { type SpectrumStateName, spectrumOptions, spectrumStates } from '../fixtures/spectra.ts';
import { drawn } from './harness.ts';
import { checkLooks, keepPicture } from './looks.ts';
import { drawnPicture, hasPosted, lastOf, lastPosted, pageSuite } from './pageSuite.ts';

const stateNames = Object.keys(spectrumStates) as SpectrumStateName[];

const withSpectrum = (name: SpectrumStateName): PanelState => ({ ...panelStates.done, spectrum: spectrumStates[name] });

const openTab = async (page: Page): Promise<void> => {
  await page.getByRole('tab', { name: 'Spectrum' }).click();
  await drawn(page);
};

/** Whether something was drawn on each of the charts. */
const inkOf = (page: Page): Promise<boolean[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>('.chart-frame canvas')].map(canvas => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some(value => value !== 0);
    }),
  );

pageSuite('the spectrum', check => {
  check('is reached by keyboard, and the landscape again', async ({ page, show, saved }) => {
    await show(withSpectrum('done'));
    await page.getByRole('tab', { name: 'Landscape' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tabpanel', { name: 'Spectrum' }).waitFor();
    await eventually(async () => {
      assert.ok(await page.getByRole('tab', { name: 'Spectrum' }).evaluate(tab => tab === document.activeElement));
      assert.equal(((await saved()) as { tab: string }).tab, 'spectrum');
    });
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tabpanel', { name: 'Landscape' }).waitFor();
    await page.locator('.spectrum').waitFor({ state: 'hidden' });
  });

  check(
    'is where the reader was before a reload',
    async ({ page, show }) => {
      await show(withSpectrum('done'));
      await page.getByText('A saddle: most negative').waitFor();
      await eventually(async () => assert.deepEqual(await inkOf(page), [true, true, true, true]));
    },
    { saved: { tab: 'spectrum' } },
  );

  check('is not offered of a result file, whatever was looked at before', async ({ page, show }) => {
    await show(withSpectrum('done'));
    await openTab(page);
    await show(panelStates.document);
    await page.getByRole('tablist').waitFor({ state: 'hidden' });
    await page.locator('.pictures').waitFor();
  });

  check('is computed only when it is asked for, with what the form says', async open => {
    const { page, show, posted } = open;
    await show(withSpectrum('idle'));
    await openTab(page);
    assert.equal((await posted()).filter(({ type }) => type === 'computeAnalysis').length, 0);
    await page.getByRole('spinbutton', { name: 'Smallest' }).fill('2');
    await page.getByRole('checkbox', { name: 'Tensor by tensor' }).press(' ');
    await page.getByRole('button', { name: 'Compute Spectrum' }).press('Enter');
    await lastPosted(open, {
      type: 'computeAnalysis',
      of: 'spectrum',
      options: { ...spectrumOptions, smallest: 2, byTensor: false },
    });
  });

  check('says what it is likely to take before it is computed', async open => {
    const { page, show } = open;
    const state = withSpectrum('idle');
    await show(state);
    await openTab(page);
    await page.getByRole('spinbutton', { name: 'Smallest' }).fill('2');
    const options = { ...spectrumOptions, smallest: 2 };
    await hasPosted(open, { type: 'estimateAnalysis', of: 'spectrum', options });
    const estimate = {
      options,
      products: { least: 60, most: 150 },
      seconds: { least: 12, most: 30 },
      memoryBytes: 2.4e8,
    };
    await show({ ...state, spectrum: { ...spectrumStates.idle, estimate } });
    await page.getByText('Cost: about 60 to 150 products of the matrix, 12 s to 30 s, 240 MB of memory.').waitFor();
  });

  check('is not asked for with what makes no sense, and says why', async open => {
    const { page, show } = open;
    await show(withSpectrum('idle'));
    await openTab(page);
    await page.getByRole('spinbutton', { name: 'Largest' }).fill('2000');
    await page.getByText('From 0 to 500 of the largest').waitFor();
    await page.getByRole('button', { name: 'Compute Spectrum' }).click();
    assert.notEqual((await lastOf(open))?.type, 'computeAnalysis');
  });

  check('shows what it costs as it goes, and is cancelled', async open => {
    const { page, show } = open;
    await show(withSpectrum('computing'));
    await openTab(page);
    await page.getByText('2 of 15 converged, 84 products, 4.2 s, 64 MB').waitFor();
    await page.getByText('So far: Undecided').waitFor();
    await page.getByText('✕ not converged').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await lastPosted(open, { type: 'cancelAnalysis', of: 'spectrum' });
  });

  check('has a table for each chart', async ({ page, show }) => {
    await show(withSpectrum('done'));
    await openTab(page);
    for (const summary of await page.locator('.spectrum summary').all()) await summary.click();
    await eventually(async () => assert.equal(await page.locator('.spectrum caption').count(), 5));
    await page.getByRole('rowheader', { name: 'n−4' }).waitFor();
  });

  check('draws the plane of the two leading eigenvectors, in the landscape', async open => {
    const { page, show } = open;
    await show(withSpectrum('done'));
    await openTab(page);
    await page.getByRole('button', { name: /Draw the Plane/ }).click();
    await lastPosted(open, {
      type: 'compute',
      options: { ...panelStates.done.options!, plane: { kind: 'eigen' }, range: 1 },
    });
    await page.getByRole('tabpanel', { name: 'Landscape' }).waitFor();
  });

  check('leaves a landscape that is being computed alone', async ({ page, show }) => {
    await show({ ...panelStates.coarse, spectrum: spectrumStates.done });
    await openTab(page);
    const button = page.locator('vscode-button', { hasText: 'Draw the Plane' });
    await eventually(async () => assert.ok(await button.evaluate(own => (own as HTMLButtonElement).disabled)));
  });

  check('follows the theme', async ({ page, show, setTheme }) => {
    await show(withSpectrum('done'));
    await openTab(page);
    const colors = (): Promise<string> =>
      page
        .locator('.chart-frame canvas')
        .first()
        .evaluate(canvas => (canvas as HTMLCanvasElement).toDataURL());
    const dark = await colors();
    await setTheme('light');
    await eventually(async () => assert.notEqual(await colors(), dark));
  });

  const pictures: readonly [label: string, kind: 'png' | 'svg'][] = [
    ['Eigenvalues as PNG', 'png'],
    ['Eigenvalues as SVG', 'svg'],
    ['Density as SVG', 'svg'],
    ['Loss along Eigenvectors as SVG', 'svg'],
  ];
  for (const [label, kind] of pictures) {
    check(`is taken out: ${label}`, async open => {
      const { page, show, send } = open;
      await show(withSpectrum('done'));
      await openTab(page);
      await page.locator('.spectrum').getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: label }).click();
      await lastPosted(open, { type: 'exportAnalysis', of: 'spectrum', kind });
      await send({ type: 'draw', kind, of: 'spectrum' });
      const content = await drawnPicture(open);
      assert.ok(content !== null, 'there is something to draw');
      keepPicture(`${label.replaceAll(/\W+/g, '-')}.${kind}`, content);
      if (kind === 'svg') assert.match(content as string, /<title>Spectrum of runs[\s\S]*A saddle/);
      else
        assert.equal(
          Buffer.from(content as number[])
            .subarray(1, 4)
            .toString(),
          'PNG',
        );
    });
  }

  checkLooks(check, {
    title: 'spectrum',
    names: stateNames,
    accessible: ['idle', 'computing', 'done', 'failed'],
    bringUp: async ({ page, show }, name) => {
      await show(withSpectrum(name));
      await openTab(page);
    },
  });
});
