import { basename, dirname } from 'node:path';
import { TabInputCustom, TabInputText, type Uri, window, workspace } from 'vscode';
import { computationError, inputError, messageOf } from '../worker/errors.ts';
import { checkpointGlob, isBesideCheckpoint, looksLikeCheckpoint } from './checkpointFiles.ts';
import type { LandscapePanels } from './landscapePanels.ts';
import { offerTrust, refusalInRestrictedMode } from './trust.ts';

/** A selection may hold a whole run, and each panel is a computation. */
const panelsAtOnce = 4;
const filesOffered = 500;

/**
 * Opens a landscape for each of the selected files, for the active editor's file, or for one that the user picks.
 *
 * @param clicked The file whose menu was opened, absent in the command palette.
 * @param selected Every selected file, the clicked one included.
 * @param isKnown Whether a file or folder is a checkpoint, whatever its name.
 */
export async function visualizeLandscape(
  panels: LandscapePanels,
  clicked: Uri | undefined,
  selected: readonly Uri[] | undefined,
  isKnown: (checkpoint: Uri) => boolean = () => false,
): Promise<void> {
  const refusal = refusalInRestrictedMode();
  if (refusal !== undefined) {
    await offerTrust(refusal);
    return;
  }
  const checkpoints =
    clicked === undefined ? await chosenCheckpoint() : selectedCheckpoints(clicked, selected ?? [], isKnown);
  panels.show(checkpoints.slice(0, panelsAtOnce));
  if (checkpoints.length > panelsAtOnce) {
    await window.showInformationMessage(
      `Basin opens ${panelsAtOnce} landscapes at once: the first ${panelsAtOnce} of the ${checkpoints.length} selected checkpoints.`,
    );
  }
}

/** The clicked file whatever its name, and what is selected with it and is known as a checkpoint or looks like one. */
function selectedCheckpoints(
  clicked: Uri,
  selected: readonly Uri[],
  isKnown: (checkpoint: Uri) => boolean,
): readonly Uri[] {
  const others = selected.filter(
    uri => uri.toString() !== clicked.toString() && (looksLikeCheckpoint(uri.path) || isKnown(uri)),
  );
  return [clicked, ...others];
}

async function chosenCheckpoint(): Promise<readonly Uri[]> {
  const active = activeFile();
  if (active !== undefined && looksLikeCheckpoint(active.path)) return [active];
  const picked = await window.showQuickPick(checkpointItems(), {
    title: 'Visualize Landscape',
    placeHolder: 'A checkpoint of this workspace, the newest first',
    matchOnDescription: true,
  });
  return picked === undefined ? [] : [picked.uri];
}

function activeFile(): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof TabInputText || input instanceof TabInputCustom ? input.uri : undefined;
}

interface CheckpointItem {
  readonly label: string;
  readonly description: string;
  readonly uri: Uri;
}

async function checkpointItems(): Promise<readonly CheckpointItem[]> {
  const files = await findCheckpoints();
  const dated = await Promise.all(files.map(async uri => ({ uri, modified: await modificationTime(uri) })));
  dated.sort((one, other) => other.modified - one.modified);
  if (dated.length === 0) {
    throw inputError(
      `No checkpoint was found in this workspace: open a folder that holds files like ${checkpointGlob}.`,
    );
  }
  return dated.map(({ uri }) => {
    const label = workspace.asRelativePath(uri);
    return { label: basename(label), description: dirname(label) === '.' ? '' : dirname(label), uri };
  });
}

async function findCheckpoints(): Promise<readonly Uri[]> {
  try {
    const files = await workspace.findFiles(checkpointGlob, '**/node_modules/**', filesOffered);
    return files.filter(({ path }) => !isBesideCheckpoint(path));
  } catch (error) {
    throw computationError(
      `The workspace could not be searched for checkpoints (${messageOf(error)}); choose Visualize Landscape in a file's menu instead.`,
      error,
    );
  }
}

/** A file that vanished between being found and being asked counts as the oldest. */
const modificationTime = (uri: Uri): Thenable<number> =>
  workspace.fs.stat(uri).then(
    stat => stat.mtime,
    () => 0,
  );
