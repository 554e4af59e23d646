// What every script needs first, written with Node's own modules alone: it must run before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A failure that has been explained in one sentence; the scripts print it without a stack trace. */
export class SetupError extends Error {}

/** The file that `command` runs, or undefined where it is not on PATH. */
export function onPath(command) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap(folder => suffixes.map(suffix => join(folder, command + suffix)))
    .find(file => existsSync(file));
}

/** SHA-256 of a file's content, for the stamps that say what an installation was made from. */
export const digestOf = file => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Runs a command to its end, silently; throws a SetupError with its output, shortened, where it fails. */
export function run(command, args, options = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    ...options,
  });
  if (status === 0) return stdout;
  const reason = error ? error.message : signal ? `was ended by ${signal}` : `exited with status ${status}`;
  const lines = `${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n');
  // npm says what is wrong first, and compilers last.
  const shown = lines.length <= 40 ? lines : [...lines.slice(0, 20), '…', ...lines.slice(-20)];
  throw new SetupError(`${[command, ...args].join(' ')}: ${reason}.\n${shown.join('\n')}`);
}

/** Installs the packages of package-lock.json, unless node_modules already holds these versions. */
export function installPackages() {
  if (hasLockedPackages()) return;
  console.log('Installing the packages of package-lock.json …');
  // Not `npm ci`: where a registry lacks some optional packages of other platforms, they are missing from the lock too, and
  // it refuses. This installs the locked versions all the same and leaves the lock as it is.
  // .npmrc says ignore-scripts; the variable says the same to onnxruntime-node's own installer, whatever npm is set to.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund'], { env });
}

/** npm records in node_modules what it installed there. Packages for other platforms are optional, and not there. */
function hasLockedPackages() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const versions = file => Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages);
  const installed = new Map(versions(record).map(([path, { version }]) => [path, version]));
  return versions(join(root, 'package-lock.json')).every(
    ([path, { version, optional }]) => path === '' || optional || installed.get(path) === version,
  );
}

/** Runs a script's main function; an explained failure is printed as it is, and the exit status is 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
