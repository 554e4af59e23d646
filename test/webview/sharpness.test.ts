/**
 * The sharpness' tab. With BASIN_SCREENSHOTS set to a folder, pictures of it in every theme, and those for print, are
 * written there.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { PanelState } from '../../webview/messages.ts';
import { eventually } from '../eventually.ts';
import { panelStates } from '../fixtures/panelStates.ts';
import { type SharpnessStateName, sharpnessOptions, sharpnessStates } from '../fixtures/sharpness.ts';
import { spectrumStates } from '../fixtures/spectra.ts';
import { drawn } from './harness.ts';
import { checkLooks, keepPicture } from './looks.ts';
import { drawnPicture, lastPosted, pageSuite } from './pageSuite.ts';
import { tabStops } from './tabStops.ts';

const stateNames = Object.keys(sharpnessStates) as SharpnessStateName[];

const withSharpness = (name: SharpnessStateName): PanelState => ({
  ...panelStates.done,
  spectrum: spectrumStates.idle,
  sharpness: sharpnessStates[name],
});

const openTab = async (page: Page): Promise<void> => {
  await page.getByRole('tab', { name: 'Sharpness' }).click();
  await drawn(page);
};

pageSuite('the sharpness', check => {
  check(
    'is reached by keyboard past the spectrum, and is where the reader was before a reload',
    async ({ page, show, saved }) => {
      await show(withSharpness('done'));
      await page.getByRole('tab', { name: 'Spectrum' }).focus();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('tabpanel', { name: 'Sharpness' }).waitFor();
      await page.getByText('A rescaling that leaves the function').waitFor();
      await eventually(async () => assert.equal(((await saved()) as { tab: string }).tab, 'sharpness'));
    },
    { saved: { tab: 'spectrum' } },
  );

  check('is reached by keyboard in the order of the page, with a visible focus', async ({ page, show }) => {
    await show(withSharpness('done'));
    await openTab(page);
    // A name ends at its first full stop.
    assert.deepEqual(await tabStops(page), [
      'Compute Again',
      'Computation',
      'Export',
      "Keskar's φ (ε = 0",
      "Keskar's φ (ε = 0",
      "Keskar's φ, subspace (ε = 0",
      "Keskar's φ, subspace (ε = 0",
      "SAM's step (ρ = 0",
      'Adaptive worst case (ρ = 0',
      'Average case (ρ = 0',
      'λmax',
      'Trace',
      'Relative flatness',
      'Fisher–Rao norm',
      'As Text',
      'As Text',
    ]);
  });

  check('is computed only when it is asked for, with what is ticked', async open => {
    const { page, show, posted } = open;
    await show(withSharpness('idle'));
    await openTab(page);
    assert.equal((await posted()).filter(({ type }) => type === 'computeAnalysis').length, 0);
    await page.getByRole('checkbox', { name: 'Trace' }).press(' ');
    await page.getByRole('checkbox', { name: 'Rescaling check' }).press(' ');
    await page.getByText('about seven times as long').waitFor();
    await page.getByRole('button', { name: 'Compute Sharpness' }).press('Enter');
    await lastPosted(open, {
      type: 'computeAnalysis',
      of: 'sharpness',
      options: {
        measures: [
          'keskar',
          'keskar-subspace',
          'sam',
          'adaptive',
          'average',
          'lambda-max',
          'relative-flatness',
          'fisher-rao',
        ],
        rescaling: true,
        split: 'train',
      },
    });
  });

  check('is not asked for with nothing ticked, and says why', async open => {
    const { page, show, posted } = open;
    await show({
      ...withSharpness('idle'),
      sharpness: { phase: 'idle', options: { ...sharpnessOptions, measures: ['sam'] } },
    });
    await openTab(page);
    await page.getByRole('checkbox', { name: "SAM's step" }).press(' ');
    await page.getByText('Choose at least one measure.').waitFor();
    await page.getByRole('button', { name: 'Compute Sharpness' }).click();
    await page.getByRole('checkbox', { name: 'Trace' }).press(' ');
    await page.getByText('Choose at least one measure.').waitFor({ state: 'detached' });
    assert.equal((await posted()).filter(({ type }) => type === 'computeAnalysis').length, 0);
  });

  check('shows how far it is, what has not converged and what has no value, and is cancelled', async open => {
    const { page, show } = open;
    await show(withSharpness('computing'));
    await openTab(page);
    await page.getByText('Trace, 4.2 s, about 41 s left, 64 MB').waitFor();
    await page.getByText('So far: 4 measures, 1 of them not converged; 1 more').waitFor();
    await page.locator('.rough:visible', { hasText: '✕ not converged' }).waitFor();
    await page.getByRole('cell', { name: 'no value' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await lastPosted(open, { type: 'cancelAnalysis', of: 'sharpness' });
  });

  check('says of each measure what it means, which stays open while others arrive', async ({ page, show }) => {
    await show(withSharpness('computing'));
    await openTab(page);
    const source = page.getByText('Foret et al. 2021');
    await source.waitFor({ state: 'hidden' });
    await page.locator('.measures summary', { hasText: "SAM's step" }).click();
    await source.waitFor();
    await show(withSharpness('done'));
    await source.waitFor();
  });

  check(
    'marks in words what moves under a rescaling and what does not, and has a table for each chart',
    async ({ page, show }) => {
      await show(withSharpness('done'));
      await openTab(page);
      await page
        .getByRole('cell', { name: /^≠ moves/ })
        .first()
        .waitFor();
      await page.getByRole('cell', { name: '= does not move' }).first().waitFor();
      await page.getByText('fc1.weight and fc1.bias are multiplied by α and fc2.weight divided by it').waitFor();
      for (const summary of await page.locator('.chart-figures summary').all()) await summary.click();
      await eventually(async () => assert.equal(await page.locator('.chart-figures caption').count(), 2));
    },
  );

  check('says why nothing could be rescaled', async ({ page, show }) => {
    await show(withSharpness('uncheckable'));
    await openTab(page);
    await page.getByText('No pair of layers can be rescaled').waitFor();
    await page.getByRole('columnheader', { name: 'Under rescaling' }).waitFor({ state: 'detached' });
  });

  const pictures: readonly [label: string, kind: 'png' | 'svg'][] = [
    ['Measures under Rescaling as PNG', 'png'],
    ['Measures under Rescaling as SVG', 'svg'],
    ['Filter-Normalized Curve as SVG', 'svg'],
  ];
  for (const [label, kind] of pictures) {
    check(`is taken out: ${label}`, async open => {
      const { page, show, send } = open;
      await show(withSharpness('done'));
      await openTab(page);
      await page.locator('.sharpness').getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: label }).click();
      await lastPosted(open, { type: 'exportAnalysis', of: 'sharpness', kind });
      await send({ type: 'draw', kind, of: 'sharpness' });
      const content = await drawnPicture(open);
      assert.ok(content !== null, 'there is something to draw');
      keepPicture(`${label.replaceAll(/\W+/g, '-')}.${kind}`, content);
      if (kind === 'svg') assert.match(content as string, /<title>Sharpness of runs/);
      else assert.deepEqual((content as number[]).slice(1, 4), [0x50, 0x4e, 0x47]);
    });
  }

  checkLooks(check, {
    title: 'sharpness',
    names: stateNames,
    accessible: ['idle', 'computing', 'done', 'failed'],
    bringUp: async ({ page, show }, name) => {
      await show(withSharpness(name));
      await openTab(page);
    },
  });
});
