/** Runs in VS Code when processes are killed, or several windows are at work on them: nothing is lost, false or done twice. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import type { RunResult } from '../../worker/results.ts';
import type { Fact } from '../../worker/run/facts.ts';
import { screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { run } from './landscapes.ts';
import { descendantsRunning, isRunning } from './processes.ts';
import { keptIn, openSession, withSamples } from './session.ts';
import { openWorkbench, runCommand } from './workbench.ts';

const writer = fileURLToPath(new URL('../fixtures/slowWriter.mjs', import.meta.url));
const worker = 'dist/worker.js';
const extensionHost = '--type=extensionHost';

/** A run that a slow writer adds to while processes are killed. */
const live = 'runs/live';
const liveSeconds = 20;

/** Measuring goes on in the background, on a machine that may have much else to do. */
const limitSeconds = 500;

describe('the runs of a workspace', function () {
  this.timeout(1_200_000);
  const session = openSession({
    name: 'killed',
    prepare: workspace => {
      withSamples(50)(workspace);
      mkdirSync(join(workspace, '.vscode'), { recursive: true });
      writeFileSync(join(workspace, '.vscode/settings.json'), JSON.stringify({ 'basin.computeByItself': 'never' }));
      cpSync(join(workspace, run), join(workspace, live), { recursive: true });
      for (const file of readdirSync(join(workspace, live)).slice(2)) rmSync(join(workspace, live, file));
    },
  });

  before(() => showRuns(session().page));

  const row = (page: Page, text: string | RegExp): Locator =>
    page.locator('#workbench\\.parts\\.sidebar .monaco-list-row', { hasText: text });

  async function showRuns(page: Page): Promise<void> {
    await page.locator('.activitybar').getByRole('tab', { name: 'Basin' }).click();
    await row(page, live).waitFor();
  }

  /** Measures a run from now on, if it is not measured already. */
  async function measure(page: Page, label: string): Promise<void> {
    await runCommand(page, 'Basin: Measure This Run');
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: label }).click();
  }

  /** How many checkpoints a run's row says to be measured. */
  async function measuredOf(page: Page, label: string): Promise<number> {
    const text = (await row(page, label).textContent()) ?? '';
    return Number(/(\d+) measured/.exec(text)?.[1] ?? 0);
  }

  /** What the terminal of the window says of a run. */
  function basinRun(label: string, ...words: readonly string[]): RunResult {
    const [launcher] = keptIn(session().server, 'bin');
    assert.ok(launcher !== undefined, 'there is no command basin for the terminal');
    const line = ['run', join(session().server.workspace, label), '--json', '--device', 'cpu', ...words];
    return JSON.parse(
      execFileSync(launcher, line, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }

  /** What is known of a run in the window's store, and what computing all of it afresh gives. */
  function assertRight(label: string): void {
    const fresh = mkdtempSync(join(tmpdir(), 'basin-fresh-'));
    try {
      const values = ({ checkpoints }: RunResult) =>
        checkpoints
          .filter(({ present }) => present)
          .map(({ file, measures }) => [file, ...measures.map(({ name, value }) => `${name} ${value}`)]);
      const store = dirname(keptIn(session().server, 'results')[0]!);
      const known = basinRun(label, '--store', store, '--budget', '0.001');
      const losses = (result: RunResult) => values(result).map(all => all.slice(0, 5));
      assert.ok(known.checkpoints.every(({ present, state }) => !present || state === 'measured'));
      assert.deepEqual(losses(known), losses(basinRun(label, '--store', fresh)));
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }

  it('are measured on, and rightly, when the extension host is killed while checkpoints land', async () => {
    const { page, server } = session();
    const contents = readdirSync(join(server.workspace, run)).map(name => join(server.workspace, run, name));
    const writing = spawn(process.execPath, [
      writer,
      join(server.workspace, live),
      String(liveSeconds),
      'pt',
      ...contents,
    ]);
    const written = once(writing, 'close');
    await measure(page, run);
    await measure(page, live);
    await eventually(async () => assert.ok((await measuredOf(page, run)) > 1), limitSeconds);
    const [host] = descendantsRunning(server.pid, extensionHost);
    const [before] = descendantsRunning(server.pid, worker);
    assert.ok(host !== undefined && before !== undefined);
    process.kill(host, 'SIGKILL');
    // VS Code starts another by itself.
    await eventually(() => {
      const [other] = descendantsRunning(server.pid, extensionHost);
      assert.ok(other !== undefined && other !== host);
    }, limitSeconds);
    await screenshot(page, 'killed-host');
    await eventually(() => assert.ok(!isRunning(before, worker)), limitSeconds);
    // Nobody asks again.
    await eventually(async () => assert.equal(await measuredOf(page, run), 13), limitSeconds);
    const [status] = await written;
    assert.equal(status, 0);
    await eventually(
      async () => assert.match((await row(page, live).textContent()) ?? '', /waits to measure/),
      limitSeconds,
    );
    for (const broken of ['cannot be measured', 'error']) assert.equal(await row(page, broken).count(), 0);
    await screenshot(page, 'killed-host-after');
    assertRight(run);
  });

  it('are measured on when the engine is killed', async () => {
    const { page, server } = session();
    const label = 'runs/batch-1024';
    await measure(page, label);
    await eventually(async () => assert.ok((await measuredOf(page, label)) > 1), limitSeconds);
    for (const pid of descendantsRunning(server.pid, worker)) process.kill(pid, 'SIGKILL');
    await eventually(async () => assert.equal(await measuredOf(page, label), 13), limitSeconds);
  });

  it('are shared by two windows that measure them at once', async () => {
    const { browser, server, page } = session();
    await measure(page, run);
    await eventually(async () => assert.equal(await measuredOf(page, run), 13), limitSeconds);
    const other = await openWorkbench(browser, server.url);
    await showRuns(other);
    await measure(other, run);
    // With another sample, all is to be measured anew, in both windows.
    const project = join(server.workspace, 'basin.json');
    writeFileSync(project, readFileSync(project, 'utf8').replace('"samples": 50', '"samples": 40'));
    for (const window of [page, other]) await runCommand(window, 'Basin: Refresh Runs');
    await eventually(() => assert.equal(begun().length, 13), limitSeconds);
    for (const window of [page, other]) {
      await runCommand(window, 'Basin: Refresh Runs');
      await eventually(async () => assert.equal(await measuredOf(window, run), 13), limitSeconds);
    }
    await screenshot(other, 'killed-shared');
    await other.close();
    assert.equal(begun().length, 13, begun().join('\n'));
  });

  /** What is remembered of the run's checkpoints that were begun with the settings of the last one. */
  function begun(): readonly string[] {
    const { server } = session();
    const [log] = keptIn(server, join('results', 'runs'))
      .filter(path => path.endsWith('.jsonl'))
      .map(path => readFileSync(path, 'utf8'))
      .filter(text => text.includes(JSON.stringify(join(server.workspace, run))));
    const lines = (log ?? '').split('\n').filter(line => line.includes('"measured"'));
    const settingsOf = (line: string): string => (JSON.parse(line) as Fact).measured?.settings ?? '';
    const last = settingsOf(lines.at(-1) ?? '{}');
    return new Set(lines.map(settingsOf)).size < 2 ? [] : lines.filter(line => settingsOf(line) === last);
  }
});
