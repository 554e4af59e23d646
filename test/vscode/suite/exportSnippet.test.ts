import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { commands, window, workspace } from 'vscode';
import { basin, workspaceFile } from './basin.ts';

const script = `import torch

def main():
    net = Net()
    loader = DataLoader(data)
    for x, y in loader:
        net(x)
    return net

if __name__ == "__main__":
    main()
`;

/** The script with the lines in it, or nothing where the user sees an empty file. */
async function insertInto(name: string, content: string): Promise<string> {
  const file = workspaceFile(name);
  await workspace.fs.writeFile(file, Buffer.from(content));
  const editor = await window.showTextDocument(file);
  await commands.executeCommand('basin.insertExportSnippet');
  const text = editor.document.getText();
  await editor.document.save();
  await workspace.fs.delete(file);
  return text;
}

describe('Insert Export Snippet', () => {
  before(() => basin().activate());
  afterEach(() => commands.executeCommand('workbench.action.closeAllEditors'));

  it('puts the lines after the training, with the names and the indentation of the script', async () => {
    const lines = (await insertInto('train.py', script)).split('\n');
    const call = lines.indexOf('    export_for_basin(net, loader, ".")');
    assert.ok(call > lines.indexOf('        net(x)'), lines.join('\n'));
    assert.ok(call < lines.indexOf('    return net'));
    assert.ok(lines.includes('    def export_for_basin(model, loader, folder, rows=2000):'));
    assert.ok(lines.includes('        for x, y, *_ in loader:'));
    assert.deepEqual(
      lines.filter(line => line !== '' && line.trim() === ''),
      [],
    );
  });

  it('leaves a script that Python understands', async function () {
    const text = await insertInto('train.py', script);
    const { status, stderr, error } = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
      input: text,
      encoding: 'utf8',
    });
    if (error) return this.skip();
    assert.equal(status, 0, stderr);
  });

  it('puts them where the cursor is if there is no model', async () => {
    const text = await insertInto('empty.py', '');
    assert.match(text, /^def export_for_basin/);
    assert.match(text, /\nexport_for_basin\(model, train_loader, "\."\)\n$/);
  });
});
