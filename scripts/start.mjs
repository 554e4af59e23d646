// npm start [-- --browser]: from a bare clone to Basin at work on the demo.
//
// Where it opens: in the desktop VS Code where `code` is installed and there is a screen; else in the VS Code server, whose
// address any browser opens (also through a forwarded port), as long as somebody is there to open it: a screen or an
// interactive terminal. Otherwise (CI, a batch job) it computes the demo's numbers in the terminal. --browser insists.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPackages, main, onPath, root, run, SetupError } from './setup.mjs';
import { installServers, startServer } from './vscodeServer.mjs';

const demo = join(root, 'demo');
const whatToClick =
  'In the Explorer, right-click a checkpoint such as runs/batch-32/epoch_024.pt and choose "Visualize Landscape".';

await main(async () => {
  const { values } = parseArgs({ options: { browser: { type: 'boolean' } } });
  if (!existsSync(join(demo, 'basin.json'))) throw new SetupError('demo/basin.json: missing; is the clone complete?');
  installPackages();
  run(process.execPath, ['esbuild.mjs']);
  if (values.browser) return openInBrowser();
  switch (whereToOpen()) {
    case 'desktop':
      return openOnDesktop();
    case 'browser':
      return openInBrowser();
    default:
      return computeInTerminal();
  }
});

function whereToOpen() {
  if (process.env.CI) return 'terminal';
  const screen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (screen && onPath('code')) return 'desktop';
  const served = process.platform === 'linux' && process.arch === 'x64';
  return served && (screen || process.stdout.isTTY) ? 'browser' : 'terminal';
}

function openOnDesktop() {
  run('code', ['--new-window', `--extensionDevelopmentPath=${root}`, demo]);
  console.log(`Opened demo/ in VS Code.\n${whatToClick}`);
}

/** Serves until interrupted. The demo itself is opened, as results are not written beside it. */
async function openInBrowser() {
  installServers();
  const server = await startServer({
    version: 'current',
    workspace: demo,
    inPlace: true,
    extension: { development: root },
  });
  console.log(`Open ${server.url}\n${whatToClick}\nCtrl+C ends the server.`);
  await server.ended;
}

/** For each run of the demo, what its last checkpoint holds, its loss, and the landscape around it. */
function computeInTerminal() {
  const runs = join(demo, 'runs');
  for (const name of readdirSync(runs).sort()) {
    const checkpoint = readdirSync(join(runs, name)).sort().at(-1);
    if (!checkpoint) continue;
    for (const verb of [['inspect'], ['loss'], ['surface', '--grid', '11']]) {
      basin(...verb, join('demo', 'runs', name, checkpoint));
    }
  }
  console.log('To see this in VS Code: npm start -- --browser');
}

function basin(...args) {
  console.log(`$ basin ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(root, 'dist', 'cli.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new SetupError(`basin ${args.join(' ')}: failed.`);
  console.log();
}
