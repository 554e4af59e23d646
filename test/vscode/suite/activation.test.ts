import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { basin } from './basin.ts';

describe('activation', () => {
  it('registers the commands that package.json contributes, and no others', async () => {
    await basin().activate();
    const contributed: { command: string }[] = basin().packageJSON.contributes.commands;
    const registered = (await commands.getCommands(true)).filter(id => id.startsWith('basin.'));
    assert.deepEqual(registered.sort(), contributed.map(({ command }) => command).sort());
  });
});
