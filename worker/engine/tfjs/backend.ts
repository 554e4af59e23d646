/** Which TensorFlow.js computes: the package with CUDA or the one with the processor's library where there is one, else WebAssembly. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { TFJS_VARIABLE } from '../../environment.ts';
import { messageOf, usageError } from '../../errors.ts';
import type { DeviceName } from '../../results.ts';
import type { Tf } from './kernel.ts';
import { lendKernels } from './lending.ts';

/** How messages name both ways to point to another TensorFlow.js. */
const TFJS_SETTING = `basin.tfjs.path (in a terminal, ${TFJS_VARIABLE})`;

/** The native packages, the better one first. */
const NATIVE_PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** What would be faster than WebAssembly. */
export const NATIVE_REMEDY = `Install ${NATIVE_PACKAGES[0]} (NVIDIA, CUDA 11) or ${NATIVE_PACKAGES[1]} in a folder of its own, and set ${TFJS_SETTING} to that folder.`;

/** What comes with Basin, always bundled, since its WebAssembly must lie beside it. */
const BUNDLED = import.meta.url.endsWith('.ts') ? '../../../dist/tfjs.cjs' : './tfjs.cjs';

const ownRequire = createRequire(import.meta.url);

export interface Backend {
  readonly tf: Tf;
  readonly version: string;
  /** What computes: a package's name, or `wasm`. */
  readonly name: string;
  readonly device: DeviceName;
  /** Packages that are there and could not be loaded, a sentence each. */
  readonly passedOver: readonly string[];
}

const loaded = new Map<string, Promise<Backend>>();

/**
 * Loads TensorFlow.js, once for each folder in the life of this process.
 * @param named a folder with one of the native packages; it may be the package, or hold it in node_modules. Empty: a
 * native package that is installed beside Basin, or what comes with it.
 * Throws `usage` where the named folder holds none, or one that cannot be loaded.
 */
export function loadBackend(named: string = process.env[TFJS_VARIABLE] ?? ''): Promise<Backend> {
  const known = loaded.get(named);
  if (known) return known;
  const backend = named === '' ? loadInstalled() : loadFrom(named);
  loaded.set(named, backend);
  // What failed may have been mended by the next time.
  backend.catch(() => loaded.delete(named));
  return backend;
}

async function loadFrom(named: string): Promise<Backend> {
  const folder = resolve(named);
  const packageFile = NATIVE_PACKAGES.flatMap(name => [
    { name, file: join(folder, 'package.json') },
    { name, file: join(folder, 'node_modules', name, 'package.json') },
  ]).find(({ name, file }) => existsSync(file) && manifestOf(file).name === name)?.file;
  if (packageFile === undefined) {
    throw usageError(
      `${named}: there is no ${NATIVE_PACKAGES.join(' or ')} in this folder; set ${TFJS_SETTING} to the folder in which it was installed, or leave it empty.`,
    );
  }
  try {
    return await native(packageFile);
  } catch (error) {
    throw usageError(
      `${named}: the TensorFlow.js there cannot be loaded (${firstLine(error)}); correct ${TFJS_SETTING}, or leave it empty.`,
    );
  }
}

async function loadInstalled(): Promise<Backend> {
  const passedOver: string[] = [];
  for (const name of NATIVE_PACKAGES) {
    const packageFile = installed(name);
    if (packageFile === null) continue;
    try {
      return { ...(await native(packageFile)), passedOver };
    } catch (error) {
      passedOver.push(`${name} is installed and cannot be loaded (${firstLine(error)}).`);
    }
  }
  return { ...(await bundled()), passedOver };
}

function installed(name: string): string | null {
  try {
    return ownRequire.resolve(`${name}/package.json`);
  } catch {
    // An optional package that is not there.
    return null;
  }
}

async function native(packageFile: string): Promise<Backend> {
  supplyUtil();
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // NVIDIA's libraries round float32 factors to TF32, ten bits, unless they are told not to before they are loaded.
  process.env.NVIDIA_TF32_OVERRIDE = '0';
  const { name, version } = manifestOf(packageFile);
  const tf = createRequire(packageFile)('.') as Tf;
  await tf.ready();
  const { isUsingGpuDevice } = tf.backend() as { readonly isUsingGpuDevice?: boolean };
  return { tf, version, name, device: isUsingGpuDevice === true ? 'cuda' : 'cpu', passedOver: [] };
}

async function bundled(): Promise<Backend> {
  const { tf } = ownRequire(BUNDLED) as { readonly tf: Tf };
  // It would advise on the console to install another package.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  await tf.ready();
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js could not start WebAssembly.');
  lendKernels(tf, 'cpu', 'wasm');
  return { tf, version: tf.version_core, name: 'wasm', device: 'cpu', passedOver: [] };
}

/** Two functions of Node's that are gone since version 23 and that the native packages call. */
function supplyUtil(): void {
  const util = ownRequire('node:util') as Record<string, unknown>;
  util.isArray ??= Array.isArray;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
}

const manifestOf = (file: string): { readonly name: string; readonly version: string } =>
  JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };

const firstLine = (error: unknown): string => messageOf(error).split('\n')[0]!.trim().replace(/\.$/, '');
