/**
 * How long a user waits for the first picture after a click, and how much of that is VS Code's own: the same is measured
 * of a page of another extension that draws at once.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { cancel, contourIn, run, visualize } from './landscapes.ts';
import { firstPictureTime } from './pictures.ts';
import { openSession } from './session.ts';
import { packBlankPanel } from './vsix.ts';
import { chooseInContextMenu, openWorkbench } from './workbench.ts';

/** From a click to the first partial picture, once the worker is up, in milliseconds: the quickest of the clicks. */
const limit = 3000;
/** What of any click may be Basin's own: with room for whatever else the machine does, as the worker makes way for it. */
const shareLimit = 12_000;

type Kind = 'Basin' | 'blank';

/** The panels of a window after its first, for which the worker is started. */
const panels = 4;

for (const version of ['minimum', 'current'] as const) {
  describe(`the first picture in VS Code ${version}`, function () {
    this.timeout(600_000);
    const others = async (): Promise<readonly string[]> => [await packBlankPanel()];
    const session = openSession({ name: `picture-${version}`, version, others });

    it('is there soon after each click, VS Code’s own time apart', async () => {
      const { browser, server, page } = session();
      // Panels are alike only where as many were opened before them: two windows are compared, panel by panel.
      const one = await timesOf(page, 'Basin', ['epoch_024.pt', 'epoch_022.pt', 'epoch_020.pt']);
      await page.close();
      const again = await openWorkbench(browser, server.url);
      const other = await timesOf(again, 'blank', ['epoch_018.pt', 'epoch_016.pt', 'epoch_014.pt']);
      await again.close();

      const pairs = one.map((time, index) => {
        const [basin, blank] = kindAt('Basin', index) === 'Basin' ? [time, other[index]!] : [other[index]!, time];
        return { basin, blank };
      });
      const figures = pairs.map(({ basin, blank }, index) => `${basin} and ${blank} (panel ${index + 2})`).join(', ');
      const report = `ms from the click to the first picture, Basin's and a blank page's: ${figures}`;
      console.log(`note: VS Code ${version}: ${report}`);
      const shares = pairs.map(({ basin, blank }) => basin - blank);
      assert.ok(Math.max(...shares) <= shareLimit, report);
      assert.ok(Math.min(...shares) <= limit, report);
    });
  });
}

/** Which page comes as the panel of this index, where they take turns. */
const kindAt = (first: Kind, index: number): Kind => ((index % 2 === 0) === (first === 'Basin') ? 'Basin' : 'blank');

/** Opens panels, Basin's and blank ones in turns; from each click to its picture in milliseconds. */
async function timesOf(page: Page, first: Kind, files: readonly string[]): Promise<readonly number[]> {
  const [warmUp, ...rest] = files;
  await timeOf(page, 'Basin', warmUp!);
  const times: number[] = [];
  for (let index = 0; index < panels; index++) {
    times.push(await timeOf(page, kindAt(first, index), rest[Math.floor(index / 2)]!));
  }
  return times;
}

async function timeOf(page: Page, kind: Kind, file: string): Promise<number> {
  const clicked =
    kind === 'Basin'
      ? await visualize(page, file)
      : await chooseInContextMenu(page, `${run}/${file}`, 'Open Blank Panel');
  const seen = await firstPictureTime(contourIn(page, kind === 'Basin' ? file : `Blank beside ${file}`));
  if (kind === 'Basin') await cancel(page, file);
  return Math.round(seen - performance.timeOrigin - clicked);
}
