/** Whether the page can be used by keyboard and be read by a screen reader. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import { panelStates, type StateName } from '../fixtures/panelStates.ts';
import { type ThemeName, themes } from '../fixtures/themes.ts';
import { drawn } from './harness.ts';
import { pageSuite } from './pageSuite.ts';
import { tabStops } from './tabStops.ts';

const themeNames = Object.keys(themes) as ThemeName[];

const runAxe = (options: RunOptions): Promise<AxeResults> =>
  (window as unknown as { axe: { run(context: unknown, o: RunOptions): Promise<AxeResults> } }).axe.run(
    options.runOnly === undefined && options.rules === undefined ? document : { exclude: ['table'] },
    options,
  );

const withoutTable: RunOptions = { resultTypes: ['violations'], rules: {} };

const seriousOf = (violations: AxeResults['violations']): string[] =>
  violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);

pageSuite('everyone', check => {
  describe('the keyboard', () => {
    check('reaches everything in the order of the page, with a visible focus', async ({ page, show }) => {
      await show(panelStates.resumable);
      assert.deepEqual(await tabStops(page), [
        'Resume',
        'Start Over',
        'Show Log',
        'Landscape',
        'loss',
        'log',
        'Colors',
        'Levels',
        'Reset View',
        'Export',
        'Computation',
        'Contour map',
        'Surface in three dimensions',
        'The Picture as Text',
      ]);
    });
  });

  describe('accessibility', () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const findings = (theme: ThemeName, names: readonly StateName[], options: RunOptions): void =>
      check(
        `has no serious finding in ${theme}`,
        async ({ page, show }) => {
          await page.evaluate(axe);
          for (const name of names) {
            await show(panelStates[name]);
            // What is folded away is looked at too.
            await page.evaluate(() => {
              for (const details of document.querySelectorAll('details')) details.open = true;
            });
            await drawn(page);
            const { violations } = await page.evaluate(runAxe, options);
            assert.deepEqual(seriousOf(violations), [], name);
          }
        },
        { theme },
      );
    // The table of the cells alone would take most of the time, so it is looked at once, where it is small.
    findings('dark', ['starting', 'failed', 'non-square', 'document'], { resultTypes: ['violations'] });
    findings('dark', ['coarse', 'failed-cells', 'cancelled', 'resumable', 'several'], withoutTable);
    // Only the colours differ in the other themes.
    for (const theme of themeNames.filter(name => name !== 'dark')) {
      findings(theme, ['resumable', 'several', 'document', 'failed'], { ...withoutTable, runOnly: ['color-contrast'] });
    }
    check('has no serious finding with its menu open', async ({ page, show }) => {
      await show(panelStates.document);
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menu').waitFor();
      await page.evaluate(axe);
      const { violations } = await page.evaluate(runAxe, { resultTypes: ['violations'] } as RunOptions);
      assert.deepEqual(seriousOf(violations), []);
    });
  });
});
