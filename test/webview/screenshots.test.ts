/** With BASIN_SCREENSHOTS set to a folder, pictures of every state in every theme are written there. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { panelStates, type StateName } from '../fixtures/panelStates.ts';
import { type ThemeName, themes } from '../fixtures/themes.ts';
import { drawn } from './harness.ts';
import { contour, narrow, pageSuite, wide } from './pageSuite.ts';

const stateNames = Object.keys(panelStates) as StateName[];
const themeNames = Object.keys(themes) as ThemeName[];
const folder = process.env.BASIN_SCREENSHOTS;
if (folder) mkdirSync(folder, { recursive: true });

/** What the reader opens or points at, for the screenshots. */
const scenes: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  cursor: async page => {
    await page.locator(`${contour} .chart`).focus();
    for (const key of ['ArrowUp', ...Array<string>(9).fill('ArrowRight'), ...Array<string>(6).fill('ArrowUp')]) {
      await page.keyboard.press(key);
    }
  },
  enlarged: async page => {
    await page.locator(`${contour} .chart`).focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('+');
    await drawn(page);
  },
  menu: page => page.getByRole('button', { name: 'Export' }).click(),
  list: page => page.getByRole('combobox', { name: 'Colors' }).click(),
  form: async page => {
    await page.locator('.computation summary').click();
    await page.getByRole('spinbutton', { name: 'Planes' }).fill('0');
  },
  text: async page => {
    await page.locator('.table summary').click();
    await page.locator('.table').scrollIntoViewIfNeeded();
  },
};

pageSuite('what the page looks like', check => {
  (folder ? describe : describe.skip)('screenshots', function () {
    this.timeout(180_000);
    for (const theme of themeNames) {
      for (const size of [wide, narrow]) {
        check(
          `${theme}, ${size.width} × ${size.height}`,
          async ({ page, show }) => {
            for (const name of stateNames) {
              await show(panelStates[name]);
              await page.screenshot({ path: join(folder!, `${name}-${theme}-${size.width}.png`), fullPage: true });
            }
            for (const [name, arrange] of Object.entries(scenes)) {
              await show(panelStates.done);
              await arrange(page);
              await page.screenshot({ path: join(folder!, `${name}-${theme}-${size.width}.png`) });
              await page.keyboard.press('Escape');
            }
          },
          { theme, size },
        );
      }
    }
  });
});
