/** The packages that the tests install. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';

/** The package under test, as `npm test -- packaged` has just built it. */
export const vsix = fileURLToPath(new URL('../../out/basin.vsix', import.meta.url));

/** Packs the extension that opens a blank page beside a checkpoint, and returns the file. */
export async function packBlankPanel(): Promise<string> {
  const packagePath = fileURLToPath(new URL('../../out/blank-panel.vsix', import.meta.url));
  mkdirSync(dirname(packagePath), { recursive: true });
  const cwd = fileURLToPath(new URL('../fixtures/blank-panel', import.meta.url));
  await createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: true, skipLicense: true });
  return packagePath;
}
