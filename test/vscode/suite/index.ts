/** What VS Code's extension host runs: every suite beside this file, bundled by host.ts. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportTo } from '../../report.ts';

export async function run(): Promise<void> {
  // Imported late: mocha is an ES module, and VS Code 1.100 loads this file with `require`.
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 400_000, retries: 1, reporter: 'spec', color: false });
  for (const file of readdirSync(__dirname)) if (file.endsWith('.test.cjs')) mocha.addFile(join(__dirname, file));
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>(resolve => {
    const runner = mocha.run(resolve);
    if (process.env.BASIN_REPORT) reportTo(runner, process.env.BASIN_REPORT);
  });
  if (failures > 0) throw new Error(`${failures} failed`);
}
