/**
 * Runs the suites of suite/ inside the extension host of a real VS Code: the oldest that package.json allows and the
 * current one. In a VS Code server driven by a browser, or, with BASIN_VSCODE=electron, in a downloaded VS Code.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launchBrowser } from '../browser.ts';
import { type Report, retryNote } from '../report.ts';
import { runHostSuite } from './hostSuite.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const suites = join(root, 'out', 'suite');
const testsPath = join(suites, 'index.cjs');
const workspace = join(root, 'demo');
const versions = ['minimum', 'current'] as const;

await bundleSuites();
const folder = mkdtempSync(join(tmpdir(), 'basin-host-'));
const sum = { passed: 0, failed: 0, skipped: 0 };
const tests: Report['tests'][number][] = [];
const retried: Report['retried'][number][] = [];
try {
  for (const version of versions) {
    const report = await runIn(version, join(folder, `${version}.json`));
    console.log(`VS Code ${version}: ${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`);
    for (const { title, error } of report.tests) if (error) console.log(`  ${title}\n${error.replace(/^/gm, '    ')}`);
    for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += report[key];
    const titled = <T extends { readonly title: string }>(test: T): T => ({
      ...test,
      title: `VS Code ${version}: ${test.title}`,
    });
    tests.push(...report.tests.map(titled));
    retried.push(...report.retried.map(titled));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const test of retried) console.log(retryNote(test));
if (process.env.BASIN_REPORT)
  writeFileSync(process.env.BASIN_REPORT, JSON.stringify({ ...sum, tests, retried } satisfies Report));
process.exitCode = sum.failed > 0 ? 1 : 0;

async function bundleSuites(): Promise<void> {
  rmSync(suites, { recursive: true, force: true });
  await build({
    entryPoints: readdirSync(join(here, 'suite')).map(file => join(here, 'suite', file)),
    outdir: suites,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

/** A suite that ends without a report has failed as a whole; what the extension host logged then says why. */
async function runIn(version: (typeof versions)[number], file: string): Promise<Report> {
  const env = { BASIN_REPORT: file };
  const log: string[] = [];
  try {
    const exitCode =
      process.env.BASIN_VSCODE === 'electron' ? await runDownloaded(version, env) : await runServed(version, env, log);
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    return exitCode === 0 ? report : { ...report, failed: Math.max(1, report.failed) };
  } catch (cause) {
    const error = [cause instanceof Error ? cause.stack : String(cause), ...log.slice(-40)].join('\n');
    return { passed: 0, failed: 1, skipped: 0, tests: [{ title: 'the suite itself', error }], retried: [] };
  }
}

async function runServed(
  version: (typeof versions)[number],
  env: Record<string, string>,
  log: string[],
): Promise<number> {
  const browser = await launchBrowser();
  try {
    return await runHostSuite(browser, {
      version,
      workspace,
      extension: { development: root },
      testsPath,
      env,
      onLog: line => log.push(line),
    });
  } finally {
    await browser.close();
  }
}

async function runDownloaded(version: (typeof versions)[number], env: Record<string, string>): Promise<number> {
  const { runTests } = await import('@vscode/test-electron');
  return runTests({
    version: version === 'minimum' ? '1.100.3' : 'stable',
    extensionDevelopmentPath: root,
    extensionTestsPath: testsPath,
    extensionTestsEnv: env,
    launchArgs: [workspace, '--disable-workspace-trust', '--disable-extensions'],
  });
}
