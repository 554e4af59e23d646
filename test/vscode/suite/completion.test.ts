import assert from 'node:assert/strict';
import { type CompletionList, commands, languages, Position, window, workspace } from 'vscode';
import { workspaceFile } from './basin.ts';

/** What the editor proposes at the mark `|` in a basin.json. */
async function proposals(folder: string, marked: string): Promise<readonly string[]> {
  const file = workspaceFile('completed', folder, 'basin.json');
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  await workspace.fs.writeFile(file, Buffer.from(marked.replace('|', '')));
  const { document } = await window.showTextDocument(file);
  const at = new Position(before.length - 1, before.at(-1)!.length);
  const complete = () =>
    commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', document.uri, at);
  // The JSON extension starts with the first such file, and has nothing to propose until then.
  let list = await complete();
  while (list.items.length === 0) list = await complete();
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label).replaceAll('"', ''));
}

describe('completion in basin.json', () => {
  afterEach(() => commands.executeCommand('workbench.action.closeAllEditors'));
  after(() => workspace.fs.delete(workspaceFile('completed'), { recursive: true }));

  const cases: readonly [name: string, marked: string, expected: readonly string[]][] = [
    ['the properties of a project', '{\n  |\n}\n', ['model', 'data', 'loss', 'samples', 'seed']],
    ['the properties of the data', '{\n  "data": {\n    |\n  }\n}\n', ['train', 'test', 'scale', 'mean', 'std']],
    ['the losses', '{\n  "loss": |\n}\n', ['cross-entropy', 'mse', 'bce-with-logits', 'output']],
  ];
  for (const [name, marked, expected] of cases) {
    it(`proposes ${name}`, async () => {
      const proposed = await proposals(name, marked);
      assert.deepEqual(
        expected.filter(label => !proposed.includes(label)),
        [],
        proposed.join(', '),
      );
    });
  }

  it('marks a value of the wrong kind', async () => {
    const file = workspaceFile('completed', 'wrong', 'basin.json');
    await workspace.fs.writeFile(file, Buffer.from('{ "model": "m.onnx", "loss": "hinge", "samples": 0 }\n'));
    await window.showTextDocument(file);
    const marked = await new Promise<readonly string[]>(resolve => {
      const check = (): void => {
        const found = languages.getDiagnostics(file);
        if (found.length < 2) return;
        subscription.dispose();
        resolve(found.map(({ range }) => `${range.start.line}:${range.start.character}`));
      };
      const subscription = languages.onDidChangeDiagnostics(check);
      check();
    });
    assert.deepEqual(marked.toSorted(), ['0:29', '0:49']);
  });
});
