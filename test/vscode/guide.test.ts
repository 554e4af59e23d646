/** From no basin.json to a picture, the question about a folder outside of the workspace, and Restricted Mode. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Server, type ServerOptions, startServer } from '../../scripts/vscodeServer.mjs';
import { launchBrowser, screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { button, reached, says, visualize } from './landscapes.ts';
import { descendantsRunning } from './processes.ts';
import { demo } from './session.ts';
import { vsix } from './vsix.ts';
import { accept, openWorkbench, runCommand, statusBarItem } from './workbench.ts';

const checkpoint = 'epoch_024.pt';

describe('the guide', function () {
  this.timeout(900_000);
  // Each of these opens a window of its own.
  this.retries(1);
  let browser: Browser;
  let folder: string;
  let workspace: string;
  let server: Server | undefined;
  let page: Page;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'basin-guide-'));
    workspace = join(folder, 'workspace');
    cpSync(demo, workspace, { recursive: true });
  });
  afterEach(async function () {
    const { state, title } = this.currentTest ?? {};
    if (state === 'failed' && page) await screenshot(page, `guide-failed-${title?.replaceAll(/\W+/g, '-')}`);
    await page?.close();
    await server?.stop();
    server = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(options: Partial<ServerOptions> = {}): Promise<Server> {
    server = await startServer({ version: 'current', workspace, extension: { vsix }, ...options });
    page = await openWorkbench(browser, server.url);
    return server;
  }

  it('goes from no basin.json to a picture', async () => {
    rmSync(join(workspace, 'basin.json'));
    const { workspace: opened } = await open();
    await page.locator('.pane-header', { hasText: 'Basin' }).waitFor();
    await screenshot(page, 'guide-welcome');

    await visualize(page, checkpoint);
    await reached(page, checkpoint, 'failed');
    await says(page, /No basin\.json says yet/);
    await screenshot(page, 'guide-missing');
    await button(page, 'Set Up This Project').click();

    for (const [step, first] of [
      ['Model', 'model.onnx'],
      ['Inputs', 'train.npz#x'],
      ['Targets', 'train.npz#y'],
      ['Loss', 'cross-entropy'],
    ] as const) {
      const title = page.locator('.quick-input-titlebar', { hasText: step });
      await title.waitFor();
      const rows = page.locator('.quick-input-widget .monaco-list-row');
      await eventually(async () => assert.match((await rows.first().textContent()) ?? '', new RegExp(first)));
      await screenshot(page, `guide-${step.toLowerCase()}`);
      await accept(page, title);
    }
    await reached(page, checkpoint, 'done');
    await screenshot(page, 'guide-done');
    assert.deepEqual(JSON.parse(readFileSync(join(opened, 'basin.json'), 'utf8')), {
      model: 'model.onnx',
      data: { train: { inputs: 'train.npz#x', targets: 'train.npz#y' } },
      loss: 'cross-entropy',
    });
    await page.locator('.pane-header', { hasText: 'Basin' }).waitFor({ state: 'detached' });
  });

  it('writes nothing when it is left', async () => {
    rmSync(join(workspace, 'basin.json'));
    const { workspace: opened } = await open();
    // The extension is there by then, and so are its commands.
    await page.locator('.pane-header', { hasText: 'Basin' }).waitFor();
    await runCommand(page, 'Basin: Set Up Project');
    await accept(page, page.locator('.quick-input-titlebar', { hasText: 'Model' }));
    await page.locator('.quick-input-titlebar', { hasText: 'Inputs' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.quick-input-titlebar', { hasText: 'Inputs' }).waitFor({ state: 'hidden' });
    assert.equal(existsSync(join(opened, 'basin.json')), false);
  });

  it('asks before it reads a folder outside of the workspace, once', async () => {
    const scratch = join(folder, 'scratch');
    mkdirSync(scratch);
    renameSync(join(workspace, 'runs'), join(scratch, 'runs'));
    symlinkSync(join(scratch, 'runs'), join(workspace, 'runs'));
    await open();

    await visualize(page, checkpoint);
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await dialog.filter({ hasText: `folder ${join(scratch, 'runs')}` }).waitFor();
    await screenshot(page, 'consent');
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await reached(page, checkpoint, 'failed');
    await says(page, /outside of this workspace; allow that folder/);
    await screenshot(page, 'consent-declined');

    await button(page, 'Retry').click();
    await dialog.locator('.monaco-button', { hasText: 'Allow This Folder' }).click();
    await reached(page, checkpoint, 'done');
    await visualize(page, 'epoch_022.pt');
    await reached(page, 'epoch_022.pt', 'done');

    await runCommand(page, 'Basin: Forget Allowed Folders');
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: scratch }).waitFor();
    await screenshot(page, 'consent-forget');
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await visualize(page, 'epoch_020.pt');
    await dialog.waitFor();
  });

  it('computes nothing in Restricted Mode', async () => {
    const { pid } = await open({ settings: { 'security.workspace.trust.enabled': true } });
    await statusBarItem(page, 'Restricted Mode').waitFor();
    await visualize(page, checkpoint);
    // A window that has just opened keeps notifications behind the bell.
    await page.locator('#status\\.notifications').click();
    const notification = page.locator('.notification-list-item', { hasText: 'computes nothing in Restricted Mode' });
    await notification.locator('.monaco-button', { hasText: 'Manage Workspace Trust' }).waitFor();
    await screenshot(page, 'restricted');

    // Nor are its runs read, and their view says why.
    await page.locator('.activitybar').getByRole('tab', { name: 'Basin' }).click();
    const welcome = page.locator('.welcome-view-content', { hasText: 'Basin reads nothing in Restricted Mode' });
    await welcome.locator('.monaco-button', { hasText: 'Manage Workspace Trust' }).waitFor();
    await screenshot(page, 'restricted-runs');
    assert.deepEqual(descendantsRunning(pid, 'dist/worker.js'), []);
  });

  it('shows its walkthrough', async () => {
    rmSync(join(workspace, 'basin.json'));
    await open();
    await page.locator('.pane-header', { hasText: 'Basin' }).click();
    const link = page.locator('.welcome-view-content .monaco-button', { hasText: 'Open the Walkthrough' });
    await link.waitFor();
    await screenshot(page, 'guide-view');
    await link.click();
    const steps = page.locator('.getting-started-step');
    await steps.filter({ hasText: 'Export the model once' }).waitFor();
    await eventually(async () => assert.equal(await steps.count(), 4));
    await screenshot(page, 'walkthrough');
  });
});
