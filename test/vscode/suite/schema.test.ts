import assert from 'node:assert/strict';
import { type Diagnostic, languages, Range, type Uri, WorkspaceEdit, window, workspace } from 'vscode';
import { workspaceFile } from './basin.ts';

/** The diagnostics of a document once they satisfy the predicate; the test's time limit ends the wait. */
function diagnosticsOf(uri: Uri, holds: (found: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]> {
  return new Promise(resolve => {
    const check = (): void => {
      const found = languages.getDiagnostics(uri);
      if (!holds(found)) return;
      subscription.dispose();
      resolve(found);
    };
    const subscription = languages.onDidChangeDiagnostics(check);
    check();
  });
}

describe('basin.json', () => {
  it('is held against its schema while it is edited', async () => {
    const uri = workspaceFile('basin.json');
    // The JSON extension looks only at documents in a visible editor.
    const { document } = await window.showTextDocument(uri);
    assert.equal(document.languageId, 'jsonc');
    const afterBrace = document.positionAt(document.getText().indexOf('{') + 1);
    const misspelt = '"modell": "model.onnx", ';

    const insertion = new WorkspaceEdit();
    insertion.insert(uri, afterBrace, misspelt);
    await workspace.applyEdit(insertion);
    const [problem] = await diagnosticsOf(uri, found => found.length > 0);
    assert.match(problem?.message ?? '', /modell/);

    const deletion = new WorkspaceEdit();
    deletion.delete(uri, new Range(afterBrace, afterBrace.translate(0, misspelt.length)));
    await workspace.applyEdit(deletion);
    await diagnosticsOf(uri, found => found.length === 0);
    await document.save();
  });
});
