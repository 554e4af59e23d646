/** A window of VS Code in which the package is installed and a copy of the demo is open. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { type Server, type ServerVersion, startServer } from '../../scripts/vscodeServer.mjs';
import { launchBrowser, screenshot } from '../browser.ts';
import { vsix } from './vsix.ts';
import { openWorkbench } from './workbench.ts';

export const demo = fileURLToPath(new URL('../../demo', import.meta.url));

export interface Session {
  readonly browser: Browser;
  readonly server: Server;
  readonly page: Page;
}

export interface SessionOptions {
  /** What the screenshot of a test that failed is named after. */
  readonly name: string;
  readonly version?: ServerVersion;
  /** Packs what is installed besides Basin. */
  readonly others?: () => Promise<readonly string[]>;
  /** Changes the workspace before it is opened. */
  readonly prepare?: (workspace: string) => void | Promise<void>;
}

/** One window for the tests of the enclosing suite: call it in its body, and what it returns in its tests. */
export function openSession({ name, version = 'current', others, prepare }: SessionOptions): () => Session {
  let browser: Browser | undefined;
  let server: Server | undefined;
  let session: Session | undefined;
  before(async () => {
    browser = await launchBrowser();
    server = await startServer({
      version,
      workspace: demo,
      extension: { vsix: [vsix, ...((await others?.()) ?? [])] },
    });
    await prepare?.(server.workspace);
    session = { browser, server, page: await openWorkbench(browser, server.url) };
  });
  afterEach(async function () {
    const { state, title } = this.currentTest ?? {};
    if (state === 'failed' && session && !session.page.isClosed())
      await screenshot(session.page, `${name}-failed-${title?.replaceAll(/\W+/g, '-')}`);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  return () => {
    if (!session) throw new Error('The session has not begun.');
    return session;
  };
}

/** The files below a folder of what the server keeps for the extension. */
export const keptIn = ({ workspace }: Server, name: string): readonly string[] =>
  readdirSync(join(dirname(workspace), 'server'), { recursive: true, encoding: 'utf8' })
    .filter(path => dirname(path).endsWith(join('basin.basin', name)))
    .map(path => join(dirname(workspace), 'server', path));

/** Lets the demo's project take fewer examples, so that what is waited for comes soon. */
export const withSamples =
  (count: number) =>
  (workspace: string): void => {
    const project = join(workspace, 'basin.json');
    writeFileSync(project, readFileSync(project, 'utf8').replace('{', `{ "samples": ${count},`));
  };
