import { basename, dirname } from 'node:path';
import { type QuickPickItem, QuickPickItemKind, Uri, window } from 'vscode';
import { type CheckpointChoice, checkpointChoices } from './runs/checkpointChoices.ts';
import type { RunState } from './runs/runSource.ts';

interface Item extends QuickPickItem {
  /** Absent in a heading, and in the item that asks for a file. */
  readonly path?: string;
}

const otherFile: Item = { label: '$(folder-opened) Another File…', description: 'of the same architecture' };

/**
 * The two other checkpoints of a plane through three, one after the other, of the runs that are known or any file;
 * `undefined` where that was left before its end.
 */
export async function chooseTwoOthers(
  checkpoint: Uri,
  runs: readonly RunState[],
): Promise<readonly [string, string] | undefined> {
  const first = await chooseOther('B', [checkpoint.fsPath], runs);
  if (first === undefined) return undefined;
  const second = await chooseOther('C', [checkpoint.fsPath, first], runs);
  return second === undefined ? undefined : [first, second];
}

async function chooseOther(
  letter: 'B' | 'C',
  taken: readonly string[],
  runs: readonly RunState[],
): Promise<string | undefined> {
  const [own = ''] = taken;
  const choices = checkpointChoices(runs, own, taken);
  const picked = await window.showQuickPick<Item>([...itemsOf(choices), otherFile], {
    title: `Plane Through Three Checkpoints: ${letter}`,
    placeHolder: `${letter}, beside ${taken.map(path => basename(path)).join(' and ')}`,
    matchOnDescription: true,
    // A webview may take the focus back when the list opens.
    ignoreFocusOut: true,
  });
  if (picked === undefined || picked.path !== undefined) return picked?.path;
  const [file] =
    (await window.showOpenDialog({
      title: `Choose Checkpoint ${letter}`,
      defaultUri: Uri.file(dirname(own)),
    })) ?? [];
  return file?.fsPath;
}

/** A heading before each run's checkpoints. */
const itemsOf = (choices: readonly CheckpointChoice[]): Item[] =>
  choices.flatMap(({ run, label, description, path }, i) => [
    ...(choices[i - 1]?.run === run ? [] : [{ label: run, kind: QuickPickItemKind.Separator }]),
    { label, description, path },
  ]);
