/**
 * What is taken out of the page. With BASIN_SCREENSHOTS set to a folder, the pictures for print are written there.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { panelStates } from '../fixtures/panelStates.ts';
import { drawnPicture, lastPosted, pageSuite } from './pageSuite.ts';

const folder = process.env.BASIN_SCREENSHOTS;
if (folder) mkdirSync(folder, { recursive: true });

pageSuite('taking pictures and numbers out', check => {
  describe('exports', () => {
    check('are a menu for the keyboard', async open => {
      const { page, show } = open;
      await show(panelStates.done);
      const menu = page.getByRole('button', { name: 'Export' });
      await menu.press('Enter');
      await eventually(async () => assert.equal(await menu.getAttribute('aria-expanded'), 'true'));
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await lastPosted(open, { type: 'copyCommand' });
      await page.getByRole('menu').waitFor({ state: 'hidden' });
      await page.keyboard.press('ArrowDown');
      for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await lastPosted(open, { type: 'export', kind: 'csv' });
      await menu.press('Enter');
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'hidden' });
      await eventually(async () => assert.ok(await menu.evaluate(button => button === document.activeElement)));
    });
    check('offer what there is', async ({ page, show }) => {
      await show(panelStates.document);
      await page.getByRole('button', { name: 'Export' }).click();
      await eventually(async () =>
        assert.deepEqual(await page.getByRole('menuitem').allTextContents(), [
          'Contour Map as PNG…',
          'Contour Map as SVG…',
          'Surface as PNG…',
          'Surface as SVG…',
          'Cells as CSV…',
          'Result as JSON…',
        ]),
      );
    });
    const exports = (label: string, kind: 'png' | 'svg', look: (content: string | number[]) => void): void =>
      check(label, async open => {
        const { page, show, send } = open;
        await show(panelStates['failed-cells']);
        await page.getByRole('button', { name: 'Export' }).click();
        await page.getByRole('menuitem', { name: label }).click();
        await lastPosted(open, { type: 'export', kind });
        await send({ type: 'draw', kind });
        const content = await drawnPicture(open);
        assert.ok(content !== null, 'there is something to draw');
        look(content);
        if (folder)
          writeFileSync(
            join(folder, `${label.replaceAll(/\W+/g, '-')}.${kind}`),
            typeof content === 'string' ? content : Buffer.from(content),
          );
      });
    /** The size in pixels is in the header chunk (PNG, third edition, 11.2.1). */
    const isPng = (content: string | number[], width: number): void => {
      const bytes = Buffer.from(content as number[]);
      assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
      assert.equal(bytes.readUInt32BE(16), width);
      assert.ok(bytes.length > 40_000, `${bytes.length} bytes`);
    };
    exports('Contour Map as PNG', 'png', content => isPng(content, 1920));
    exports('Surface as PNG', 'png', content => isPng(content, 1920));
    exports('Contour Map as SVG', 'svg', content => {
      assert.match(content as string, /<title>loss 0.1<\/title>/);
      assert.match(content as string, /75 not finite/);
    });
    exports('Surface as SVG', 'svg', content => {
      assert.match(content as string, /<image [^>]*href="data:image\/png;base64,[\w+/=]{20000}/);
      assert.match(content as string, /checkpoint 0\.00616/);
    });
    check('answer also where there is nothing to draw', async open => {
      await open.show(panelStates.starting);
      await open.send({ type: 'draw', kind: 'svg' });
      assert.equal(await drawnPicture(open), null);
    });
  });
});
