import { basename } from 'node:path';
import { type QuickPickItem, QuickPickItemKind, Uri, window } from 'vscode';
import { COMPARED_MAX } from '../webview/compare/messages.ts';
import { inputError, usageError } from '../worker/errors.ts';
import type { RunCheckpoint, RunMeasureName } from '../worker/results.ts';
import { looksLikeCheckpoint } from './checkpointFiles.ts';
import { fileOf } from './runs/runNodes.ts';
import type { RunSource, RunState } from './runs/runSource.ts';
import { checkpointRow } from './runs/runTexts.ts';
import { refusalInRestrictedMode } from './trust.ts';

/** So many checkpoints of a run are offered, the last ones. */
const offeredMax = 200;

interface CheckpointItem extends QuickPickItem {
  readonly path?: string;
}

/**
 * The checkpoints to compare: those that are selected, a run or its folder standing for its last checkpoint; with fewer
 * than two, those that the user picks among the checkpoints of all runs. Empty where none was picked.
 *
 * @param selected Rows of the view of runs, and files and folders of the Explorer.
 * @param measure Which measure stands for a checkpoint's sharpness.
 * @param isKnown Whether a file or folder is a checkpoint, whatever its name.
 * @throws BasinError in Restricted Mode and where there is nothing to choose from.
 */
export async function chooseCheckpoints(
  runs: RunSource,
  selected: readonly unknown[],
  measure: RunMeasureName,
  isKnown: (checkpoint: Uri) => boolean,
): Promise<readonly Uri[]> {
  const refusal = refusalInRestrictedMode();
  if (refusal !== undefined) throw usageError(refusal);
  const paths = [...new Set(selected.flatMap(given => checkpointOf(given, runs, isKnown) ?? []))];
  if (paths.length > 1) return paths.map(path => Uri.file(path));
  const items = runs.runs.flatMap(run => itemsOf(run, paths, measure));
  if (items.length === 0) {
    throw inputError(
      'No run was found in this workspace; select several checkpoint files in the Explorer and compare these.',
    );
  }
  const picked = await window.showQuickPick(items, {
    title: 'Compare Checkpoints',
    placeHolder: `2 to ${COMPARED_MAX} checkpoints of any runs`,
    canPickMany: true,
    matchOnDescription: true,
  });
  // Offered the newest first, shown in the order of training.
  const chosen = new Set(picked?.map(({ path }) => path));
  return runs.runs.flatMap(run =>
    present(run)
      .map(({ file }) => Uri.joinPath(Uri.file(run.folder), file))
      .filter(({ fsPath }) => chosen.has(fsPath)),
  );
}

/** Those whose files are there, and whole. */
const present = ({ result }: RunState): readonly RunCheckpoint[] =>
  (result?.checkpoints ?? []).filter(own => own.present && own.state !== 'incomplete');

/** The path of the checkpoint that something selected stands for; undefined where it stands for none. */
function checkpointOf(given: unknown, runs: RunSource, isKnown: (checkpoint: Uri) => boolean): string | undefined {
  const path = fileOf(given);
  const folder = path ?? folderOfRun(given);
  const run = folder === undefined ? undefined : runs.run(folder);
  if (run !== undefined) return lastOf(run);
  if (path === undefined) return undefined;
  const isOfRun = typeof given === 'object' && given !== null && 'kind' in given;
  return isOfRun || looksLikeCheckpoint(path) || isKnown(Uri.file(path)) ? path : undefined;
}

const folderOfRun = (given: unknown): string | undefined =>
  typeof given === 'object' && given !== null && 'kind' in given && given.kind === 'run' && 'folder' in given
    ? String(given.folder)
    : undefined;

function lastOf(run: RunState): string | undefined {
  const last = present(run).at(-1);
  return last && Uri.joinPath(Uri.file(run.folder), last.file).fsPath;
}

/** A heading, and below it the run's checkpoints, the newest first. */
function itemsOf(run: RunState, ticked: readonly string[], measure: RunMeasureName): readonly CheckpointItem[] {
  const { folder, label } = run;
  const there = present(run);
  if (there.length === 0) return [];
  return [
    { label, kind: QuickPickItemKind.Separator },
    ...there
      .slice(-offeredMax)
      .toReversed()
      .map((checkpoint): CheckpointItem => {
        const path = Uri.joinPath(Uri.file(folder), checkpoint.file).fsPath;
        return {
          label: checkpoint.file,
          description: [basename(label), checkpointRow(checkpoint, measure).description].filter(Boolean).join(', '),
          path,
          picked: ticked.includes(path),
        };
      }),
  ];
}
