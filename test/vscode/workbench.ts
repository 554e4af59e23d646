/** What a user does in VS Code, as functions on the workbench's page. Selectors are those of Code-OSS 1.100 to 1.139. */
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';

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
  await page.goto(url);
  await explorerRows(page).first().waitFor({ timeout: 60_000 });
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

/** Chooses an entry of the context menu of a file in the Explorer; returns when it was clicked, by `performance.now()`. */
export async function chooseInContextMenu(page: Page, path: string, label: string): Promise<number> {
  await (await explorerRow(page, path)).click({ button: 'right' });
  const item = page.locator('.context-view .monaco-menu .action-item', { hasText: label });
  await item.waitFor();
  // VS Code swallows a click within its first moments, and no event says when they are over.
  await page.waitForTimeout(300);
  const clicked = performance.now();
  await item.click();
  return clicked;
}

/** Runs a command by its title through the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input');
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: title }).first().click();
}

/** The document inside the webview of the active editor. */
export const webviewOf = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');

/** An item of the status bar by its text. */
export const statusBarItem = (page: Page, text: string | RegExp): Locator =>
  page.locator('#workbench\\.parts\\.statusbar .statusbar-item', { hasText: text });
