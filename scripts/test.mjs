// npm test [-- STAGE …]: everything, from a bare clone to a verdict; or only the named stages and what they need.
// Without arguments every stage runs, even after a failure, unless a stage that it needs has failed.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, main, root, SetupError } from './setup.mjs';
import { browserPackages, installDebianPackages, installServers } from './vscodeServer.mjs';

const bin = name => join(root, 'node_modules', '.bin', name);
const mocha = (...patterns) => [
  bin('mocha'),
  '--reporter',
  './test/reporter.ts',
  // A hook that fails may leave a server or a browser open, for which mocha would wait.
  '--exit',
  ...patterns.flatMap(pattern => ['--spec', pattern]),
];
/** Files side by side, which share nothing; browsers would take each other's time, and be no sooner done. */
const mochaSideBySide = (...patterns) => [
  ...mocha(...patterns),
  '--parallel',
  '--jobs',
  String(Math.max(2, availableParallelism())),
];
/**
 * Tests that hold Basin against TensorFlow.js itself, each in a process of its own: two copies of it share globals, and
 * spoil each other's numbers.
 */
const besideTensorFlow = ['layers', 'attention'].map(name => `test/unit/model/layers/${name}.test.ts`);
/** A command that hangs is ended after this long, so that the other stages have their turn. */
const limitMinutes = 40;
const electron = process.env.BASIN_VSCODE === 'electron';

/**
 * `report`: the commands write how many tests passed; otherwise the stage counts as one. `setUp` runs first. `again`: runs
 * files of tests once more, for those that drive a browser, which a busy machine may hold up anywhere.
 */
const stages = [
  {
    name: 'types',
    title: 'Type check',
    commands: [
      [bin('tsc'), '-p', '.'],
      [bin('tsc'), '-p', 'webview'],
      [bin('tsc'), '-p', 'test/webview'],
    ],
  },
  { name: 'lint', title: 'Lint and format', commands: [[bin('biome'), 'check', '--error-on-warnings']] },
  { name: 'build', title: 'Build', commands: [[process.execPath, 'esbuild.mjs']] },
  {
    name: 'unit',
    title: 'Unit and property tests',
    report: true,
    needs: ['build'],
    commands: [[...mochaSideBySide('test/unit/**/*.test.ts'), ...besideTensorFlow.flatMap(file => ['--ignore', file])]],
  },
  {
    name: 'layers',
    title: 'Layers beside TensorFlow.js',
    report: true,
    commands: [mochaSideBySide(...besideTensorFlow)],
  },
  {
    name: 'page',
    title: 'Pages in a browser',
    report: true,
    needs: ['build'],
    setUp: () => installDebianPackages(browserPackages),
    commands: [mocha('test/webview/**/*.test.ts')],
    again: files => mocha(...files),
  },
  {
    name: 'vscode',
    title: 'Suites inside VS Code, minimum and current',
    report: true,
    needs: ['build'],
    setUp: prepareVSCode,
    commands: [[process.execPath, '--import', 'tsx', 'test/vscode/host.ts']],
  },
  {
    name: 'packaged',
    title: 'The packaged extension, as a user meets it',
    report: true,
    skip: electron ? 'drives the VS Code server, and BASIN_VSCODE is electron' : undefined,
    setUp: prepareVSCode,
    commands: [[process.execPath, 'scripts/package.mjs', '--out', 'out/basin.vsix'], mocha('test/vscode/*.test.ts')],
    again: files => mocha(...files),
  },
];

await main(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter(name => !stages.some(stage => stage.name === name));
  if (unknown.length > 0) {
    throw new SetupError(
      `${unknown.join(', ')}: no such stage; there are ${stages.map(({ name }) => name).join(', ')}.`,
    );
  }
  const chosen = stages.filter(
    ({ name }) =>
      wanted.length === 0 ||
      wanted.includes(name) ||
      stages.some(other => wanted.includes(other.name) && other.needs?.includes(name)),
  );
  installPackages();
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const failed = new Set();
  for (const stage of chosen) {
    const counts = await runStage(stage, failed);
    if (counts.failed > 0) failed.add(stage.name);
    for (const key of Object.keys(sum)) sum[key] += counts[key];
  }
  console.log(`\n${inWords(sum)}`);
  if (sum.failed > 0) process.exitCode = 1;
});

/** Runs a stage, prints its line (and what it wrote, where it failed), and returns its counts. */
async function runStage(stage, failedStages) {
  const missing = stage.needs?.find(name => failedStages.has(name));
  const reason = stage.skip ?? (missing && `needs the stage "${missing}", which failed`);
  if (reason) {
    console.log(`${stage.title}: skipped; it ${reason}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const start = performance.now();
  const { counts, output, notes } = await outcomeOf(stage);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${stage.title}: ${stage.report ? inWords(counts) : counts.failed ? 'failed' : 'passed'} (${seconds} s)`);
  if (counts.failed > 0) console.log(output.replace(/^(?=.)/gm, '    '));
  else if (notes) console.log(notes.replace(/^/gm, '    '));
  return counts;
}

async function outcomeOf({ commands, report, setUp, again }) {
  const folder = mkdtempSync(join(tmpdir(), 'basin-test-'));
  const file = join(folder, 'report.json');
  let output = '';
  try {
    setUp?.();
    let succeeded = true;
    for (const command of commands) {
      const result = await runCommand(command, { BASIN_REPORT: file });
      output += result.output;
      succeeded &&= result.succeeded;
      if (!succeeded) break;
    }
    if (!report) return { counts: { passed: Number(succeeded), failed: Number(!succeeded), skipped: 0 }, output };
    let counts = readReport(file);
    const files = failedFiles(counts);
    if (again && files.length > 0) {
      rmSync(file);
      const second = await runCommand(again(files), { BASIN_REPORT: file });
      output += `\nOnce more:\n${second.output}`;
      for (const { title } of counts.tests.filter(({ error }) => error)) {
        output += `note: its file was run a second time: ${title}\n`;
      }
      counts = sumOf(counts, files, readReport(file));
      succeeded = second.succeeded;
    }
    const { passed, failed, skipped } = counts ?? {};
    // A run that ends badly, without a report or after its last test, has failed at least once.
    const verdict = {
      passed: passed ?? 0,
      failed: Math.max(failed ?? 0, Number(!succeeded || passed === undefined)),
      skipped: skipped ?? 0,
    };
    return { counts: verdict, output, notes: notesIn(output) };
  } catch (error) {
    return {
      counts: { passed: 0, failed: 1, skipped: 0 },
      output: output + (error instanceof SetupError ? error.message : error.stack),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** The files of the tests that failed; none where it is not known of all of them. */
function failedFiles(report) {
  const files = (report?.tests ?? []).filter(({ error }) => error).map(({ file }) => file);
  return files.includes(undefined) ? [] : [...new Set(files)];
}

/** The counts of a first run in which the files were replaced by a second one; undefined without a report of that. */
function sumOf(first, files, second) {
  if (!second) return undefined;
  const others = first.tests.filter(({ file }) => !files.includes(file));
  return { ...second, passed: others.length + second.passed, skipped: Math.max(first.skipped, second.skipped) };
}

/** Lines that a passing stage wants seen: measurements and what was left out, marked by "note: ". */
function notesIn(output) {
  return [...output.matchAll(/^\s*note: (.*)$/gm)].map(([, note]) => note).join('\n');
}

function runCommand([command, ...args], variables) {
  return new Promise(resolve => {
    const env = { ...process.env, ...variables, FORCE_COLOR: '0' };
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    const late = () => {
      output += `Ended after ${limitMinutes} minutes.\n`;
      child.kill('SIGTERM');
    };
    const limit = setTimeout(late, limitMinutes * 60_000);
    const collect = text => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', error => resolve({ succeeded: false, output: `${output}${error.message}\n` }));
    child.once('close', status => {
      clearTimeout(limit);
      resolve({ succeeded: status === 0, output });
    });
  });
}

function prepareVSCode() {
  if (electron) return;
  installDebianPackages(browserPackages);
  installServers();
}

function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
