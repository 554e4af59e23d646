/** Which ONNX Runtime computes: the one that comes with Basin, or one the user points to. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type * as OnnxRuntime from 'onnxruntime-node';
import { RUNTIME_VARIABLE } from '../environment.ts';
import { messageOf, usageError } from '../errors.ts';

/** How messages name both ways to point to another ONNX Runtime. */
export const RUNTIME_SETTING = `basin.onnxruntime.path (in a terminal, ${RUNTIME_VARIABLE})`;

const PACKAGE = 'onnxruntime-node';
const BINDING = 'onnxruntime_binding.node';

const bundledRequire = createRequire(import.meta.url);

export interface Runtime {
  /** The version of the scripts that drive it. */
  readonly version: string;
  /** The folder the user named; `null` for the one that comes with Basin. */
  readonly folder: string | null;
  load(): typeof OnnxRuntime;
}

/**
 * Finds ONNX Runtime without loading it. A folder may be the package, hold it in node_modules, or hold only the native
 * binding beside its library, which the bundled scripts then drive.
 * Throws `usage` where the named folder holds none of these.
 */
export function findRuntime(named: string | undefined = process.env[RUNTIME_VARIABLE]): Runtime {
  if (!named) return runtimeOf(bundledRequire.resolve(`${PACKAGE}/package.json`), null);
  const folder = resolve(named);
  const packages = [join(folder, 'package.json'), join(folder, 'node_modules', PACKAGE, 'package.json')];
  const found = packages.find(file => existsSync(file) && readPackage(file).name === PACKAGE);
  if (found) return runtimeOf(found, folder);
  if (existsSync(join(folder, BINDING))) return nativeRuntime(folder);
  throw usageError(
    `${named}: there is no ${PACKAGE} in this folder; set ${RUNTIME_SETTING} to the folder in which "npm install ${PACKAGE}" was run, or leave it empty.`,
  );
}

function runtimeOf(packageFile: string, folder: string | null): Runtime {
  const require = createRequire(packageFile);
  return { version: readPackage(packageFile).version, folder, load: () => loaded(folder, () => require('.')) };
}

/** The bundled scripts with the binding of another folder, which is put where they look for their own. */
function nativeRuntime(folder: string): Runtime {
  const bundled = findRuntime('');
  const load = () => {
    const own = `${PACKAGE}/bin/napi-v6/${process.platform}/${process.arch}/${BINDING}`;
    const file = join(folder, BINDING);
    bundledRequire(file);
    bundledRequire.cache[bundledRequire.resolve(own)] = bundledRequire.cache[bundledRequire.resolve(file)];
    return bundled.load();
  };
  return { version: bundled.version, folder, load: () => loaded(folder, load) };
}

function loaded(folder: string | null, load: () => typeof OnnxRuntime): typeof OnnxRuntime {
  try {
    return load();
  } catch (error) {
    const [firstLine] = messageOf(error).split('\n');
    throw usageError(
      folder === null
        ? `ONNX Runtime cannot be loaded (${firstLine}); install Basin for this platform, ${process.platform}-${process.arch}.`
        : `${folder}: the ONNX Runtime there cannot be loaded (${firstLine}); correct ${RUNTIME_SETTING}, or leave it empty.`,
    );
  }
}

function readPackage(file: string): { readonly name?: string; readonly version: string } {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    return { ...(name !== undefined && { name }), version: version ?? 'of unknown version' };
  } catch (error) {
    throw usageError(`${file}: it cannot be read (${messageOf(error)}).`);
  }
}
