/** What a user does in VS Code, as functions on the workbench's page. Selectors are those of Code-OSS 1.100 to 1.139. */
import { type Browser, errors, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { watchPictures } from './pictures.ts';

/** The built-in themes that the tests look at, by the kind that VS Code tells a webview. */
export const themes = {
  'vscode-light': 'Default Light Modern',
  'vscode-dark': 'Default Dark Modern',
  'vscode-high-contrast': 'Default High Contrast',
  'vscode-high-contrast-light': 'Default High Contrast Light',
} as const;

/** Opens the workbench in a page of its own and waits until the Explorer shows the folder. */
export async function openWorkbench(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  // A workbench is slow where several things compute; what a test waits for in vain ends with this.
  page.setDefaultTimeout(120_000);
  page.setDefaultNavigationTimeout(120_000);
  await watchPictures(page);
  await page.goto(url);
  await explorerRows(page).first().waitFor({ timeout: 180_000 });
  return page;
}

const explorerRows = (page: Page): Locator => page.locator('.explorer-folders-view .monaco-list-row');

/** The row of a file or folder in the Explorer; the folders above it on `path` (`runs/batch-32/x.pt`) are opened first. */
export async function explorerRow(page: Page, path: string): Promise<Locator> {
  const names = path.split('/');
  for (const name of names.slice(0, -1)) {
    const folder = rowNamed(page, name);
    await folder.waitFor();
    if ((await folder.getAttribute('aria-expanded')) !== 'true') await folder.click();
  }
  const row = rowNamed(page, names.at(-1) ?? path);
  await row.waitFor();
  return row;
}

const rowNamed = (page: Page, name: string): Locator =>
  explorerRows(page).filter({ has: page.getByText(name, { exact: true }) });

/** Opens a file from the Explorer. */
export async function openFile(page: Page, path: string): Promise<void> {
  await (await explorerRow(page, path)).dblclick();
  await page.locator('.tab.active', { hasText: path.split('/').at(-1)! }).waitFor();
}

/** Chooses an entry of the context menu of a file in the Explorer; returns when it was clicked, by `performance.now()`. */
export async function chooseInContextMenu(page: Page, path: string, label: string): Promise<number> {
  return chooseIn(page, await explorerRow(page, path), label);
}

/** The same of any row. */
export async function chooseIn(page: Page, row: Locator, label: string): Promise<number> {
  const item = page.locator('.context-view .monaco-menu .action-item', { hasText: label });
  // What VS Code does at the same time may close a menu that was just opened, and one that was opened before the
  // extension's entries were there never gets them, and covers the row.
  for (;;) {
    await row.click({ button: 'right' });
    if (await happens(item.waitFor({ timeout: 15_000 }))) break;
    await page.keyboard.press('Escape');
  }
  // VS Code swallows a click within the menu's first moments, and no event says when they are over.
  await page.waitForTimeout(300);
  for (;;) {
    const clicked = performance.now();
    await item.click();
    if (await happens(item.waitFor({ state: 'hidden', timeout: 5000 }))) return clicked;
  }
}

/** Runs a command by its title through the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget input');
  const row = page.locator('.quick-input-widget .monaco-list-row', { hasText: title }).first();
  for (;;) {
    // A window that is still busy with its start does not hear the key.
    do await page.keyboard.press('F1');
    while (!(await happens(input.waitFor({ timeout: 15_000 }))));
    await input.fill(`>${title}`);
    // A list that was opened before the extension was there stays without its commands.
    if (await happens(row.waitFor({ timeout: 10_000 }))) break;
    await page.keyboard.press('Escape');
  }
  await row.click();
}

/** Presses Enter until the box in front has gone: it swallows what comes before it is ready, and no event says when it is. */
export async function accept(page: Page, box: Locator): Promise<void> {
  await box.waitFor();
  do await page.keyboard.press('Enter');
  while (!(await happens(box.waitFor({ state: 'hidden', timeout: 3000 }))));
}

/** Whether what is waited for came before the wait's own limit. */
const happens = (wait: Promise<void>): Promise<boolean> =>
  wait.then(
    () => true,
    (error: unknown) => {
      if (error instanceof errors.TimeoutError) return false;
      throw error;
    },
  );

/** The document inside the webview of the active editor. */
export const webviewOf = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');

/** An item of the status bar by its text. */
export const statusBarItem = (page: Page, text: string | RegExp): Locator =>
  page.locator('#workbench\\.parts\\.statusbar .statusbar-item', { hasText: text });
