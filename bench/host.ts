/**
 * What Basin takes of VS Code's extension host while a training writes a checkpoint a second, beside what the same window
 * takes while nothing is written, and while as many files of the same sizes land that are no checkpoints. Runs as a
 * process of its own: `host.ts SECONDS [TEXT …]` for each part, or for those whose names contain one of the texts; Linux
 * only, where /proc tells of processes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type Server, startServer } from '../scripts/vscodeServer.mjs';
import { launchBrowser } from '../test/browser.ts';
import { descendantsRunning } from '../test/vscode/processes.ts';
import { openWorkbench, runCommand } from '../test/vscode/workbench.ts';

const ROOT = join(import.meta.dirname, '..');
const WRITER = join(ROOT, 'test/fixtures/slowWriter.mjs');
const [seconds = '60', ...wanted] = process.argv.slice(2);
const SECONDS = Number(seconds);

/** After what was done in the window, so long passes before anything is counted. */
const REST_MS = 5000;

/** The run's folder and one that holds none, in the workspace. */
const LIVE = 'runs/live';
const CONTROL = 'logs/live';

const ROWS = '#workbench\\.parts\\.sidebar .monaco-list-row';

/** What a process has taken until now. */
interface Taken {
  /** Of one processor, in seconds, all threads together (proc(5), /proc/pid/stat: utime and stime, 100 a second). */
  readonly seconds: number;
  readonly megabytes: number;
}

function takenBy(pid: number): Taken {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const resident = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { seconds: (Number(fields[11]) + Number(fields[12])) / 100, megabytes: Number(resident) / 1024 };
}

/** Seconds of all processors that were not idle until now, less what waits for disks. */
function busySeconds(): number {
  const [user, nice, system, , , irq, softirq] = (/^cpu +(.*)/.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '')
    .split(' ')
    .map(Number);
  return (user! + nice! + system! + irq! + softirq!) / 100;
}

/** Writes a checkpoint a second into a folder of the workspace until its time is over. */
async function write(workspace: string, folder: string, ending: string): Promise<void> {
  const source = join(workspace, 'runs/batch-32');
  const contents = readdirSync(source).map(name => join(source, name));
  const writer = spawn(process.execPath, [WRITER, join(workspace, folder), String(SECONDS + 10), ending, ...contents], {
    stdio: 'inherit',
  });
  await once(writer, 'close');
}

interface Part {
  readonly name: string;
  readonly prepare?: (page: Page) => Promise<void>;
  readonly writes?: readonly [folder: string, ending: string];
}

const showRuns = (page: Page): Promise<void> => runCommand(page, 'Focus on Runs View');

const showPanel = async (page: Page): Promise<void> => {
  await runCommand(page, 'Basin: Show Run');
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: LIVE }).click();
  await page.locator('.tab.active', { hasText: 'live' }).waitFor();
};

const measure = async (page: Page): Promise<void> => {
  await runCommand(page, 'Basin: Measure This Run');
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: LIVE }).click();
};

const parts: readonly Part[] = [
  { name: 'nothing is written' },
  { name: 'files that are no checkpoints', writes: [CONTROL, 'log'] },
  { name: 'checkpoints', writes: [LIVE, 'pt'] },
  { name: 'checkpoints, the view of runs shown', prepare: showRuns, writes: [LIVE, 'pt'] },
  { name: 'checkpoints, and the panel of the run', prepare: showPanel, writes: [LIVE, 'pt'] },
  { name: 'checkpoints, and the run is measured', prepare: measure, writes: [LIVE, 'pt'] },
  { name: 'nothing is written any more' },
];

async function report({ name, prepare, writes }: Part, page: Page, server: Server): Promise<void> {
  await prepare?.(page);
  const writing = writes && write(server.workspace, ...writes);
  await delay(REST_MS);
  const host = descendantsRunning(server.pid, '--type=extensionHost')[0]!;
  const [before, busyBefore, started] = [takenBy(host), busySeconds(), performance.now()];
  await delay(1000 * SECONDS);
  const [after, busy, seconds] = [takenBy(host), busySeconds() - busyBefore, (performance.now() - started) / 1000];
  const share = (100 * (after.seconds - before.seconds)) / seconds;
  const memory = `${before.megabytes.toFixed(0)} to ${after.megabytes.toFixed(0)} MB`;
  console.log(
    `  ${name.padEnd(40)} ${share.toFixed(2).padStart(6)} % of a core, ${memory}; all processes ${((100 * busy) / seconds).toFixed(0)} %`,
  );
  await writing;
}

/** The extension as it is built now, so that another build meanwhile changes nothing. */
function copyOfExtension(): string {
  const folder = mkdtempSync(join(tmpdir(), 'basin-host-bench-'));
  for (const name of ['package.json', 'dist', 'media'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

const development = copyOfExtension();
const browser = await launchBrowser();
const settings = { 'basin.computeByItself': 'never' };
const server = await startServer({
  version: 'current',
  workspace: join(ROOT, 'demo'),
  extension: { development },
  settings,
});
try {
  const live = join(server.workspace, LIVE);
  cpSync(join(server.workspace, 'runs/batch-32'), live, { recursive: true });
  mkdirSync(join(server.workspace, CONTROL), { recursive: true });
  const page = await openWorkbench(browser, server.url);
  // The extension is there once its view is; another view is shown then, as at most times.
  await page.locator('.activitybar').getByRole('tab', { name: 'Basin' }).click();
  await page.locator(ROWS, { hasText: LIVE }).waitFor();
  await page.locator('.activitybar').getByRole('tab', { name: 'Explorer' }).click();
  console.log(`\nThe extension host, ${SECONDS} s each`);
  const isWanted = ({ name }: Part): boolean => wanted.length === 0 || wanted.some(text => name.includes(text));
  for (const part of parts.filter(isWanted)) await report(part, page, server);
  await showRuns(page);
  console.log(`  At the end: ${await page.locator(ROWS, { hasText: LIVE }).textContent()}`);
} finally {
  await browser.close();
  await server.stop();
  rmSync(development, { recursive: true });
}
