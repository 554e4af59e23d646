import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { launcher, offerInTerminal } from '../../../extension/terminalCommand.ts';

describe('the command in the terminal', () => {
  it('hands every word to the script, wherever that lies', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = mkdtempSync(join(tmpdir(), "it's a folder "));
    try {
      const script = join(folder, 'print.cjs');
      writeFileSync(script, 'console.log(JSON.stringify(process.argv.slice(2)))');
      const set: [string, string][] = [];
      const keep = (name: string, value: string) => set.push([name, value]);
      const variables = { description: undefined, prepend: keep, replace: keep };
      const bin = join(folder, 'bin');
      // Twice, as after a reload.
      await offerInTerminal(bin, script, '/storage/results', variables);
      set.length = 0;
      await offerInTerminal(bin, script, '/storage/results', variables);
      assert.deepEqual(set, [
        ['PATH', `${bin}${delimiter}`],
        ['BASIN_RESULTS', '/storage/results'],
      ]);
      const words = ['surface', 'a b.pt', "it's", '$HOME', ''];
      const env = { ...process.env, PATH: set[0]![1] + process.env.PATH };
      assert.deepEqual(JSON.parse(execFileSync('basin', words, { env, encoding: 'utf8' })), words);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is a batch file on Windows', () => {
    const { name, text } = launcher('win32', 'C:\\VS Code\\Code.exe', 'C:\\ext\\dist\\cli.js');
    assert.equal(name, 'basin.cmd');
    assert.match(text, /\r\nset ELECTRON_RUN_AS_NODE=1\r\n"C:\\VS Code\\Code\.exe" "C:\\ext\\dist\\cli\.js" %\*\r\n$/);
  });
});
