/** What every test of the page shares: a browser for all, a page of its own for each. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import type { FromPanel } from '../../webview/messages.ts';
import type { View } from '../../webview/view/settings.ts';
import { eventually } from '../eventually.ts';
import type { ThemeName } from '../fixtures/themes.ts';
import {
  type Circumstances,
  type CompareTalk,
  Harness,
  type LandscapeTalk,
  type OpenPage,
  type PageName,
  type RunTalk,
  type Size,
  type Talk,
} from './harness.ts';

export const wide: Size = { width: 1280, height: 900 };
export const narrow: Size = { width: 420, height: 900 };

/** The figures of the two pictures. */
export const contour = '.pictures > figure:nth-of-type(1)';
export const surfaceFigure = '.pictures > figure:nth-of-type(2)';

/** Defines a test that opens a page, looks, and makes sure that it broke neither the content policy nor anything else. */
export type Check<T extends Talk = LandscapeTalk> = (
  name: string,
  look: (open: OpenPage<T>) => Promise<void>,
  circumstances?: { readonly theme?: ThemeName; readonly size?: Size } & Circumstances,
) => void;

/** A suite of tests of the landscape panel's page. */
export const pageSuite = (title: string, define: (check: Check) => void): void => suiteOf('webview', title, define);

/** A suite of tests of a run's page. */
export const runPageSuite = (title: string, define: (check: Check<RunTalk>) => void): void =>
  suiteOf('run', title, define);

/** A suite of tests of a comparison's page. */
export const comparePageSuite = (title: string, define: (check: Check<CompareTalk>) => void): void =>
  suiteOf('compare', title, define);

function suiteOf<T extends Talk>(page: PageName, title: string, define: (check: Check<T>) => void): void {
  describe(title, function () {
    this.timeout(300_000);
    // Each opens a page of its own.
    this.retries(1);
    let harness: Harness<T>;
    before(async () => {
      harness = await Harness.start<T>(page);
    });
    after(() => harness?.stop());
    define((name, look, { theme = 'dark', size = wide, ...circumstances } = {}) => {
      it(name, async () => {
        const open = await harness.open(theme, size, circumstances);
        try {
          await look(open);
          assert.deepEqual(await open.troubles(), []);
        } finally {
          await open.close();
        }
      });
    });
  });
}

/** The display as the page keeps it. */
export const keptView = async ({ saved }: OpenPage): Promise<View> => ((await saved()) as { view: View }).view;

/** The page's own functions run in it; what they find there is the harness's stand-in for VS Code. */
export type HostWindow = { host(): { readonly posted: readonly FromPanel[]; readonly saved: { readonly view: View } } };

/** Waits until the page has told the extension so, whatever it has told besides. */
export const hasPosted = <T extends Talk = LandscapeTalk>({ posted }: OpenPage<T>, wanted: T['from']): Promise<void> =>
  eventually(async () => {
    const said = await posted();
    if (!said.some(message => isDeepStrictEqual(message, wanted))) assert.deepEqual(said.at(-1), wanted);
  });

/** What a page tells whenever it rests: its display, and which cost it would know. */
const toldAtRest: readonly FromPanel['type'][] = ['viewState', 'estimateAnalysis'];

/** What the page has told the extension last, apart from what it tells whenever it rests. */
export const lastOf = async ({ posted }: OpenPage): Promise<FromPanel | undefined> =>
  (await posted()).filter(({ type }) => !toldAtRest.includes(type)).at(-1);

/** Waits until that is this. */
export const lastPosted = (open: OpenPage, wanted: FromPanel): Promise<void> =>
  eventually(async () => assert.deepEqual(await lastOf(open), wanted));

/** Waits for the picture that was asked for, as a file's content; null where there is none to draw. */
export const drawnPicture = ({ page }: { readonly page: Page }): Promise<string | number[] | null> =>
  eventually(async () => {
    const [drawn] = await page.evaluate(() =>
      (globalThis as unknown as HostWindow).host().posted.flatMap(message => {
        if (message.type !== 'drawn') return [];
        return [
          { content: typeof message.content === 'object' && message.content ? [...message.content] : message.content },
        ];
      }),
    );
    assert.ok(drawn !== undefined, 'no picture was drawn');
    return drawn.content;
  });
