import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { basin } from './basin.ts';

describe('activation', () => {
  it('registers the commands that package.json contributes, and no others', async () => {
    await basin().activate();
    const contributed: { command: string }[] = basin().packageJSON.contributes.commands;
    // VS Code adds commands of its own for each view.
    const registered = (await commands.getCommands(true)).filter(id => /^basin\.(?!(?:setUp|runs)\.)/.test(id));
    assert.deepEqual(registered.sort(), contributed.map(({ command }) => command).sort());
  });
});
