/** The form that asks for another landscape, in a browser. */
import assert from 'node:assert/strict';
import type { PanelState, SurfaceOptions } from '../../webview/messages.ts';
import { eventually } from '../eventually.ts';
import { panelStates } from '../fixtures/panelStates.ts';
import type { OpenPage } from './harness.ts';
import { hasPosted, lastPosted, pageSuite } from './pageSuite.ts';

pageSuite('asking for another landscape', check => {
  describe('the form for another landscape', () => {
    const opened = async ({ page, show }: OpenPage, state: PanelState = panelStates.done): Promise<void> => {
      await show(state);
      await page.locator('.computation summary').press('Enter');
    };
    const costs = ({ page }: OpenPage, text: string): Promise<void> =>
      eventually(async () => assert.equal(await page.locator('.cost').textContent(), text));
    const changed: SurfaceOptions = {
      plane: { kind: 'random', seed: 7, planes: 3, perturb: 'weights' },
      split: 'test',
      grid: { kind: 'size', columns: 21, rows: 51 },
      range: 0.25,
    };
    const fill = async ({ page }: OpenPage): Promise<void> => {
      await page.getByRole('spinbutton', { name: 'Seed' }).fill('7');
      await page.getByRole('spinbutton', { name: 'Planes' }).fill('3');
      await page.getByRole('spinbutton', { name: 'Columns' }).fill('21');
      await page.getByRole('textbox', { name: 'Range ±' }).fill('0.25');
      await page.getByRole('combobox', { name: 'Split' }).press('Enter');
      await page.getByRole('combobox', { name: 'Split' }).press('ArrowDown');
      await page.getByRole('combobox', { name: 'Split' }).press('Enter');
    };
    check('says what it costs before it is paid, and asks for it by a button only', async open => {
      const { page, send, posted } = open;
      await opened(open);
      await fill(open);
      await hasPosted(open, { type: 'estimate', options: changed });
      await costs(open, 'Estimating…');
      const estimate = { options: changed, cells: 3213, seconds: 15.1, memoryBytes: 2.1e8 };
      await send({ type: 'state', state: { ...panelStates.done, estimate } });
      await page.getByText('Cost: 3,213 cells, about 15 s, 210 MB of memory.').waitFor();
      assert.ok((await posted()).every(({ type }) => type !== 'compute'));
      await page.getByRole('button', { name: 'Compute' }).press('Enter');
      await lastPosted(open, { type: 'compute', options: changed });
    });
    check('keeps what is typed while states arrive, until something else was computed', async open => {
      await opened(open);
      await fill(open);
      await open.show(panelStates.done);
      const seed = open.page.getByRole('spinbutton', { name: 'Seed' });
      await eventually(async () => assert.equal(await seed.inputValue(), '7'));
      await open.show({ ...panelStates.done, options: { ...changed, plane: { ...changed.plane, seed: 9 } as never } });
      await eventually(async () => assert.equal(await seed.inputValue(), '9'));
    });
    check('says what is wrong, and computes nothing then', async open => {
      const { page, posted } = open;
      await opened(open);
      await page.getByRole('spinbutton', { name: 'Columns' }).fill('0');
      await costs(open, 'A grid has from 1 to 1,001 columns.');
      await page.getByRole('spinbutton', { name: 'Columns' }).press('Enter');
      assert.ok((await posted()).every(({ type }) => type !== 'compute'));
    });
    check('takes up a directions file', async open => {
      const { page, posted, send } = open;
      await opened(open);
      await page.getByRole('combobox', { name: 'Plane', exact: true }).click();
      await page.getByRole('option', { name: 'Directions File' }).click();
      await costs(open, 'Choose the file that holds the two directions.');
      await page.getByRole('button', { name: 'Choose…' }).click();
      await lastPosted(open, { type: 'chooseDirections' });
      await send({ type: 'directions', file: '/data/d.npz' });
      await page.getByText('d.npz', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Compute' }).click();
      await eventually(async () => {
        const last = (await posted()).findLast(({ type }) => type === 'compute');
        assert.deepEqual(last?.type === 'compute' && last.options.plane, { kind: 'file', file: '/data/d.npz' });
      });
    });
    check('is not there for a result file', async ({ page, show }) => {
      await show(panelStates.document);
      await page.locator('.computation').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Compute' }).waitFor({ state: 'hidden' });
      await page.getByRole('status').first().filter({ hasText: 'Result file,' }).waitFor();
    });
  });
});
