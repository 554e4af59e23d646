/** Result files in the page: each shows what it holds, and nothing in it computes. */
import assert from 'node:assert/strict';
import type { PanelState } from '../../webview/messages.ts';
import { eventually } from '../eventually.ts';
import { convexityStates } from '../fixtures/convexity.ts';
import { panelStates } from '../fixtures/panelStates.ts';
import { sharpnessStates } from '../fixtures/sharpness.ts';
import { spectrumStates } from '../fixtures/spectra.ts';
import { volumeStates } from '../fixtures/volumes.ts';
import { lastPosted, pageSuite } from './pageSuite.ts';

const file = { checkpoint: 'runs/a.pt', document: 'a-result.json', phase: 'done' } as const;

const documents: readonly [
  of: 'spectrum' | 'sharpness' | 'volume' | 'convexity',
  state: PanelState,
  picture: string,
  entry: string,
][] = [
  [
    'spectrum',
    { ...file, spectrum: { ...spectrumStates.done, phase: 'document' } },
    '.spectrum figure canvas',
    'Result as JSON…',
  ],
  [
    'sharpness',
    { ...file, sharpness: { ...sharpnessStates.done, phase: 'document' } },
    '.sharpness table',
    'Result as JSON…',
  ],
  [
    'volume',
    { ...file, volume: { ...volumeStates.done, phase: 'document' } },
    '.volume figure canvas',
    'Result as JSON…',
  ],
  [
    'convexity',
    { ...file, convexity: { ...convexityStates.done, phase: 'document' } },
    '.convexity canvas',
    'Result as JSON…',
  ],
];

pageSuite('a result file', check => {
  for (const [of, state, picture, entry] of documents) {
    check(`shows ${of} and computes nothing`, async open => {
      const { page, show } = open;
      await show(state);
      await page.locator('h1', { hasText: 'a-result.json' }).waitFor();
      await page.locator(picture).first().waitFor();
      await page.locator(`.${of} .status`, { hasText: 'Result file, read-only' }).waitFor();
      await page.locator('.pictures').waitFor({ state: 'hidden' });
      await page.getByRole('tablist').waitFor({ state: 'hidden' });
      await eventually(async () => {
        const labels = await page.locator('vscode-button:visible').allTextContents();
        assert.deepEqual(
          labels.filter(label => /Compute|Draw|Retry|Cancel/.test(label)),
          [],
        );
        assert.equal(await page.locator('.analysis-form:visible, .analysis-options:visible').count(), 0);
      });
      await page.locator(`.${of}`).getByRole('button', { name: 'Export' }).click();
      assert.equal(await page.getByRole('menuitem', { name: 'Copy as Command' }).count(), 0);
      await page.getByRole('menuitem', { name: entry }).click();
      await lastPosted(open, { type: 'exportAnalysis', of, kind: 'json' });
    });
  }

  check('says what is wrong with it in the place of the picture', async ({ page, show }) => {
    await show(documents[0]![1]);
    await show({ checkpoint: 'a.json', document: 'a.json', phase: 'failed', message: 'a.json: is not JSON.' });
    await page.locator('.message:visible', { hasText: 'a.json: is not JSON.' }).waitFor();
    await page.locator('.spectrum').waitFor({ state: 'hidden' });
    await show(panelStates.document);
    await page.locator('.pictures').waitFor();
  });
});
