import { type Position, SnippetString, type TextEditor, window, workspace } from 'vscode';
import { inputError } from '../worker/errors.ts';
import { type BatchKind, type ExportNames, exportSnippet } from './exportSnippet.ts';
import { findExportPlace } from './trainingScript.ts';

const defaults: ExportNames = { model: 'model', loader: 'train_loader', folder: '.' };

/**
 * Puts the export lines into the Python file that is open, after the training, or where the cursor is if no model can be
 * told from the text; the user goes through their names with the Tab key.
 */
export async function insertExportSnippet(): Promise<void> {
  const editor = await pythonEditor();
  if (editor === undefined) return;
  const place = findExportPlace(editor.document.getText());
  const kind: BatchKind = place?.kind ?? 'pairs';
  const names = { ...defaults, ...(place && { model: place.model, loader: place.loader }) };
  const at = place === null ? editor.selection.active : endOfLine(editor, place.line);
  const indentation = place?.indentation ?? '';
  const snippet = exportSnippet(kind, names);
  // A line end follows already where a line is inserted into a script.
  const lines = place === null ? snippet : `\n\n${snippet.replace(/\n\$0$/, '$0')}`;
  await editor.insertSnippet(new SnippetString(lines.replaceAll(/\n(?=.)/g, `\n${indentation}`)), at, {
    undoStopBefore: true,
    undoStopAfter: true,
    keepWhitespace: true,
  });
  editor.revealRange(editor.selection);
}

/** The end of the line above the one before which lines are inserted. */
const endOfLine = ({ document }: TextEditor, line: number): Position =>
  document.lineAt(Math.max(0, Math.min(line, document.lineCount) - 1)).range.end;

/** The Python file in the active editor, else one that the user picks; undefined where the picker was left. */
async function pythonEditor(): Promise<TextEditor | undefined> {
  const active = window.activeTextEditor;
  if (active?.document.languageId === 'python' || active?.document.fileName.endsWith('.py')) return active;
  const files = await workspace.findFiles('**/*.py', '**/{node_modules,site-packages,.venv,venv}/**', 500);
  if (files.length === 0) {
    throw inputError('No Python file was found in this workspace; open your training script, then insert the snippet.');
  }
  const items = files.map(uri => ({ label: workspace.asRelativePath(uri), uri }));
  items.sort((one, other) => trainingFirst(one.label, other.label));
  const picked = await window.showQuickPick(items, {
    title: 'Insert Export Snippet',
    placeHolder: 'The script that trains the model',
  });
  return picked === undefined ? undefined : await window.showTextDocument(picked.uri);
}

/** Scripts whose name speaks of training, then by name. */
function trainingFirst(one: string, other: string): number {
  const speaks = (name: string): number => (/train|main|fit/i.test(name) ? 0 : 1);
  return speaks(one) - speaks(other) || one.localeCompare(other);
}
