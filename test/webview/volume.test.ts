/**
 * The volume's tab. With BASIN_SCREENSHOTS set to a folder, pictures of it in every theme, and those for print, are
 * written there.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { PanelState, VolumeOptions } from '../../webview/messages.ts';
import { eventually } from '../eventually.ts';
import { panelStates } from '../fixtures/panelStates.ts';
import { sharpnessStates } from '../fixtures/sharpness.ts';
import { spectrumStates } from '../fixtures/spectra.ts';
import { type VolumeStateName, volumeStates } from '../fixtures/volumes.ts';
import { drawn } from './harness.ts';
import { checkLooks, keepPicture } from './looks.ts';
import { drawnPicture, hasPosted, lastPosted, pageSuite } from './pageSuite.ts';
import { tabStops } from './tabStops.ts';

const stateNames = Object.keys(volumeStates) as VolumeStateName[];

const withVolume = (name: VolumeStateName): PanelState => ({
  ...panelStates.done,
  spectrum: spectrumStates.idle,
  sharpness: sharpnessStates.idle,
  volume: volumeStates[name],
});

const openTab = async (page: Page): Promise<void> => {
  await page.getByRole('tab', { name: 'Volume' }).click();
  await drawn(page);
};

const choose = async (page: Page, select: string, option: string): Promise<void> => {
  await page.getByRole('combobox', { name: select }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
};

pageSuite('the volume', check => {
  check(
    'is reached by keyboard past the sharpness, and is where the reader was before a reload',
    async ({ page, show, saved }) => {
      await show(withVolume('done'));
      await page.getByRole('tab', { name: 'Sharpness' }).focus();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('tabpanel', { name: 'Volume' }).waitFor();
      await page.getByText('lower bound only, 1.0 effective directions of 60').waitFor();
      await eventually(async () => assert.equal(((await saved()) as { tab: string }).tab, 'volume'));
    },
    { saved: { tab: 'sharpness' } },
  );

  check('is reached by keyboard in the order of the page, with a visible focus', async ({ page, show }) => {
    await show(withVolume('done'));
    await openTab(page);
    assert.deepEqual(await tabStops(page), [
      'Compute Again',
      'Computation',
      'Export',
      'ln volume',
      'Effective directions',
      'Between directions',
      'Cutoff',
      'Prior',
      'Directions',
      'Radii',
      'Bracketing error',
      'Rounding error',
      'Passes',
      'Slope',
      'ln P(f)',
      'Points',
      'Classes',
      'Random networks',
      'Evidence',
      'As Text',
      'As Text',
      'As Text',
      'As Text',
    ]);
  });

  check('says what it takes before it is paid, and is computed by a button only, with what was chosen', async open => {
    const { page, show, posted } = open;
    await show(withVolume('idle'));
    await openTab(page);
    await page.getByRole('spinbutton', { name: 'Directions' }).fill('20');
    await page.getByRole('textbox', { name: 'Cutoff' }).fill('0.1');
    await page.getByRole('textbox', { name: 'Prior σ' }).fill('0.4');
    await choose(page, 'Basin', 'Loss');
    await choose(page, 'Preconditioner', 'Diagonal');
    await page.getByRole('checkbox', { name: 'Sensitivity to the cutoff' }).press(' ');
    await page.getByRole('checkbox', { name: 'Volume of the function' }).press(' ');
    await page.getByRole('spinbutton', { name: 'Points' }).fill('50');
    await page.getByRole('spinbutton', { name: 'Random networks' }).fill('200');
    await page.getByRole('textbox', { name: 'Positive classes' }).fill('5,6, 7');
    const options: VolumeOptions = {
      volumes: ['local', 'function'],
      split: 'train',
      directions: 20,
      basin: 'loss',
      cutoff: 0.1,
      preconditioner: 'diagonal',
      sigma: 0.4,
      sensitivity: true,
      initializations: 200,
      points: 50,
      positive: [5, 6, 7],
    };
    await hasPosted(open, { type: 'estimateAnalysis', of: 'volume', options });
    await page.locator('.volume .cost', { hasText: 'Estimating…' }).waitFor();
    const estimate = {
      options,
      local: { passes: { least: 336, most: 426 }, products: { least: 30, most: 30 }, seconds: { least: 3.4, most: 9 } },
      function: { drawSeconds: 1.2, evidenceSeconds: { least: 0.01, most: 0.03 }, groups: 1 },
    };
    await show({ ...withVolume('idle'), volume: { ...volumeStates.idle, estimate } });
    await page
      .getByText('Local volume: about 336 to 426 passes over the sample and 30 products of the curvature, 3 s to 9 s.')
      .waitFor();
    assert.equal((await posted()).filter(({ type }) => type === 'computeAnalysis').length, 0);
    await page.getByRole('button', { name: 'Compute Volume' }).press('Enter');
    await lastPosted(open, { type: 'computeAnalysis', of: 'volume', options });
  });

  check('is not asked for with what makes no sense, and says why', async open => {
    const { page, show, posted } = open;
    await show(withVolume('idle'));
    await openTab(page);
    const problem = page.locator('.volume .cost.problem');
    await page.getByRole('textbox', { name: 'Cutoff' }).fill('-1');
    await problem.filter({ hasText: 'The cutoff is a number above 0.' }).waitFor();
    await page.getByRole('button', { name: 'Compute Volume' }).click();
    await page.getByRole('textbox', { name: 'Cutoff' }).fill('0.02');
    await problem.waitFor({ state: 'detached' });
    await page.getByRole('checkbox', { name: 'Local volume' }).press(' ');
    await problem.filter({ hasText: 'Choose at least one volume.' }).waitFor();
    await page.getByRole('spinbutton', { name: 'Directions' }).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Compute Volume' }).click();
    await page.getByRole('checkbox', { name: 'Local volume' }).press(' ');
    await problem.waitFor({ state: 'detached' });
    assert.equal((await posted()).filter(({ type }) => type === 'computeAnalysis').length, 0);
  });

  check('shows how far it is and what is there by then, and is cancelled', async open => {
    const { page, show } = open;
    await show(withVolume('computing'));
    await openTab(page);
    await page.getByText('12 of 60 directions, 1.4 s, about 6 s left, 64 MB').waitFor();
    await page.getByText('So far: ln volume ≥').waitFor();
    await page.getByRole('cell', { name: '12 of 60' }).waitFor();
    await page.getByRole('cell', { name: /^no value.*once the first direction is followed/ }).waitFor();
    await page.getByRole('img', { name: /^Radii of the Directions.*1 has no end/ }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await lastPosted(open, { type: 'cancelAnalysis', of: 'volume' });
  });

  check('says of each number what it means, which stays open while others arrive', async ({ page, show }) => {
    await show(withVolume('computing'));
    await openTab(page);
    const meaning = page.getByText('numbers by different priors cannot be compared');
    await meaning.waitFor({ state: 'hidden' });
    await page.locator('.volume .measures summary', { hasText: 'Prior' }).click();
    await meaning.waitFor();
    await show(withVolume('done'));
    await meaning.waitFor();
  });

  check('has each chart in words and as a table', async ({ page, show }) => {
    await show(withVolume('done'));
    await openTab(page);
    for (const name of [/^Masses.*from the largest down/, /^Radii/, /^Sensitivity.*D\/2 = 1,205/, /^Classes/]) {
      await page.getByRole('img', { name }).waitFor();
    }
    for (const summary of await page.locator('.volume .chart-figures summary').all()) await summary.click();
    await eventually(async () =>
      assert.deepEqual(
        await page.locator('.volume .chart-figures tbody').evaluateAll(all => all.map(own => own.childElementCount)),
        [60, 60, 3, 10],
      ),
    );
  });

  check('shows a volume that cannot be had as a gap with its cause', async ({ page, show }) => {
    await show(withVolume('refused'));
    await openTab(page);
    await page.getByRole('cell', { name: /^no value.*with the loss mse there are none/ }).waitFor();
    assert.equal(await page.getByRole('img', { name: /^Classes/ }).count(), 0);
  });

  check('writes an estimate with both ends, and marks what has not converged', async ({ page, show }) => {
    await show(withVolume('estimated'));
    await openTab(page);
    await page.getByRole('cell', { name: /^−2,380\.7 \(−2,381\.1 to −2,380\.3\)/ }).waitFor();
    await page.locator('.volume .rough:visible', { hasText: '✕ not converged' }).waitFor();
  });

  const pictures: readonly [label: string, kind: 'png' | 'svg'][] = [
    ['Masses of the Directions as PNG', 'png'],
    ['Masses of the Directions as SVG', 'svg'],
    ['Radii of the Directions as SVG', 'svg'],
    ['Sensitivity to the Cutoff as SVG', 'svg'],
    ['Classes as SVG', 'svg'],
  ];
  for (const [label, kind] of pictures) {
    check(`is taken out: ${label}`, async open => {
      const { page, show, send } = open;
      await show(withVolume('done'));
      await openTab(page);
      await page.locator('.volume').getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: label }).click();
      await lastPosted(open, { type: 'exportAnalysis', of: 'volume', kind });
      await send({ type: 'draw', kind, of: 'volume' });
      const content = await drawnPicture(open);
      assert.ok(content !== null, 'there is something to draw');
      keepPicture(`${label.replaceAll(/\W+/g, '-')}.${kind}`, content);
      if (kind === 'svg')
        assert.ok((content as string).includes(`<title>${label.replace(/ as .*/, '')}: volume of runs`));
      else assert.deepEqual((content as number[]).slice(1, 4), [0x50, 0x4e, 0x47]);
    });
  }

  check('is taken out as numbers, as its document and as a command', async open => {
    const { page, show } = open;
    await show(withVolume('done'));
    await openTab(page);
    const entries = [
      ['Numbers as CSV…', { type: 'exportAnalysis', of: 'volume', kind: 'csv' }],
      ['Result as JSON…', { type: 'exportAnalysis', of: 'volume', kind: 'json' }],
      ['Copy as Command', { type: 'copyAnalysisCommand', of: 'volume' }],
    ] as const;
    for (const [name, message] of entries) {
      await page.locator('.volume').getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name }).click();
      await lastPosted(open, message);
    }
  });

  checkLooks(check, {
    title: 'volume',
    names: stateNames,
    accessible: ['idle', 'computing', 'done', 'refused', 'failed'],
    bringUp: async ({ page, show }, name) => {
      await show(withVolume(name));
      await openTab(page);
    },
  });
});
