/** The browser that tests drive: an installed Chromium, through playwright-core. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../scripts/vscodeServer.mjs';

/** Quiet on the network, and WebGL2 by software where there is no GPU. */
const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--enable-unsafe-swiftshader',
];

/** Starts a headless browser: the one found on PATH, else an installed Google Chrome. The caller closes it. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({ args, headless: true, ...(executablePath ? { executablePath } : { channel: 'chrome' }) });
}

/** Saves a picture of the page as `name`.png in the folder BASIN_SCREENSHOTS, else in the system's temporary folder; returns its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = process.env.BASIN_SCREENSHOTS ?? join(tmpdir(), 'basin-screenshots');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  return path;
}
