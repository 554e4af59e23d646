/** What a page looks like, in every theme: to axe, and in pictures for people. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ThemeName, themes } from '../fixtures/themes.ts';
import { assertAccessible } from './axe.ts';
import type { OpenPage, Talk } from './harness.ts';
import { type Check, narrow, wide } from './pageSuite.ts';

/** Where pictures are written; nowhere unless someone asks for them. */
const folder = process.env.BASIN_SCREENSHOTS;
if (folder) mkdirSync(folder, { recursive: true });

const themeNames = Object.keys(themes) as ThemeName[];

/** The states of a page, and how each is brought up. */
export interface Looks<T extends Talk, Name extends string> {
  /** Begins the names of pictures. */
  readonly title: string;
  readonly names: readonly Name[];
  /** Those that axe looks at. */
  readonly accessible: readonly Name[];
  readonly bringUp: (open: OpenPage<T>, name: Name) => Promise<void>;
}

/** Defines the tests of a page's looks. With BASIN_SCREENSHOTS set to a folder, pictures of every state are written there. */
export function checkLooks<T extends Talk, Name extends string>(
  check: Check<T>,
  { title, names, accessible, bringUp }: Looks<T, Name>,
): void {
  for (const theme of themeNames) {
    check(
      `has no serious finding of accessibility in ${theme}`,
      async open => {
        for (const name of accessible) {
          await bringUp(open, name);
          await assertAccessible(open.page, name);
        }
      },
      { theme },
    );
  }

  (folder ? describe : describe.skip)('screenshots', () => {
    for (const theme of themeNames) {
      for (const size of [wide, narrow]) {
        check(
          `${theme}, ${size.width} × ${size.height}`,
          async open => {
            for (const name of names) {
              await bringUp(open, name);
              const path = join(folder!, `${title}-${name}-${theme}-${size.width}.png`);
              await open.page.screenshot({ path, fullPage: true });
            }
          },
          { theme, size },
        );
      }
    }
  });
}

/** Writes an exported picture beside the others, where these are wanted. */
export function keepPicture(name: string, content: unknown): void {
  if (!folder) return;
  writeFileSync(join(folder, name), typeof content === 'string' ? content : Buffer.from(content as number[]));
}
