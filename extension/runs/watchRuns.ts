import { ConfigurationTarget, commands, Disposable, RelativePattern, Uri, window, workspace } from 'vscode';
import { checkpointGlob, checkpointNames, looksLikeCheckpoint } from '../checkpointFiles.ts';
import { contextKeys } from '../commands.ts';
import type { Engine } from '../engine.ts';
import { projectFactsOf, projectName } from '../projectFiles.ts';
import { type ComputeByItself, type Settings, settingIds } from '../settings.ts';
import type { Log } from '../workerProcess.ts';
import { ByItself } from './byItself.ts';
import { systemClock } from './clock.ts';
import { lookAt } from './folderLook.ts';
import type { Obstacle } from './measurer.ts';
import type { RunMemory } from './runMemory.ts';
import { Runs } from './runs.ts';

export interface WatchRunsParts {
  readonly engine: Engine;
  readonly settings: () => Settings;
  readonly projectFound: Promise<boolean>;
  readonly memory: RunMemory;
  readonly log: Log;
}

/** Folders are looked at so often for changes that no event told of, while the window is looked at itself. */
const rescanMs = 60_000;

/** `when` clauses search the whole list. */
const listedMax = 1000;

/**
 * Finds and watches the runs of the workspace, in a trusted workspace that has a basin.json or checkpoints: in any other
 * nothing is read and no process started.
 */
export function watchRuns(parts: WatchRunsParts): { readonly runs: Runs; readonly subscription: Disposable } {
  const { engine, settings, projectFound, memory, log } = parts;
  const runs = new Runs({
    engine,
    roots: () => (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
    labelOf: folder => workspace.asRelativePath(folder),
    watch: watchFolder,
    look: lookAt,
    budgetSeconds: () => 60 * settings().budgetMinutes || Number.POSITIVE_INFINITY,
    obstacle: folder =>
      obstacleOf(folder, runs.run(folder)?.result?.checkpoints.findLast(({ present }) => present)?.file),
    wishes: { read: folder => memory.read(folder), keep: (folder, wish) => memory.keep(folder, wish) },
    clock: systemClock,
    log,
  });
  const byItself = new ByItself({
    allowed: () => allowedByUser(settings()),
    ask,
    keep: async answer => {
      await workspace.getConfiguration().update(settingIds.computeByItself, answer, ConfigurationTarget.Global);
    },
    wasAsked: () => memory.wasAsked(),
    rememberAsked: () => memory.rememberAsked(),
    measure: () => settings().statusBarMeasure,
    measureOnly: (newest, measures) => runs.measureOnly(newest, measures),
  });

  const start = async (): Promise<void> => {
    if (!workspace.isTrusted || !((await projectFound) || (await hasCheckpoint()))) return;
    await runs.refresh();
  };
  const elsewhere = workspace.createFileSystemWatcher(`**/{${[projectName, ...checkpointNames].join(',')}}`);
  const report = (uri: Uri): void => {
    const isIn = (folder: string): boolean => runs.run(Uri.joinPath(uri, folder).fsPath) !== undefined;
    const isOfRun = looksLikeCheckpoint(uri.path) && (isIn('..') || (isOfFolder(uri.path) && isIn('../..')));
    if (workspace.isTrusted && !isOfRun) runs.reportElsewhere();
  };
  const rescan = setInterval(() => {
    if (workspace.isTrusted && window.state.focused) void runs.rescan();
  }, rescanMs).unref();
  void start().finally(() => setContext(contextKeys.runsSearched, true));

  return {
    runs,
    subscription: Disposable.from(
      runs,
      runs.onDidChange(() => tellMenus(runs)),
      runs.onDidArrive(arrived => void byItself.arrived(arrived)),
      elsewhere,
      elsewhere.onDidCreate(report),
      elsewhere.onDidDelete(report),
      // What is written over in place makes no run of a folder that was none, except where basin.json says so.
      elsewhere.onDidChange(uri => {
        if (uri.path.endsWith(`/${projectName}`)) report(uri);
      }),
      workspace.onDidGrantWorkspaceTrust(() => void start()),
      workspace.onDidChangeWorkspaceFolders(() => void start()),
      new Disposable(() => clearInterval(rescan)),
    ),
  };
}

/** What a run lacks is what each of its checkpoints does, such as the last one. */
async function obstacleOf(folder: string, last = 'checkpoint'): Promise<Obstacle | undefined> {
  const { obstacle } = await projectFactsOf(Uri.joinPath(Uri.file(folder), last));
  if (obstacle?.type !== 'failed' || obstacle.remedy === undefined) return undefined;
  return { message: obstacle.message, remedy: obstacle.remedy };
}

/** Files that a folder consists of that is one checkpoint. */
const folderGlob = '*/{*.safetensors,*.bin,*.index.json,model.json,trainer_state.json}';

const isOfFolder = (path: string): boolean => /\.(safetensors|bin)$|\.index\.json$|\/model\.json$/.test(path);

/** A pattern without folders makes VS Code watch the folder alone, and not what lies below. */
function watchFolder(folder: string, onEvent: () => void): Disposable {
  const watchers = ['*', folderGlob].map(glob =>
    workspace.createFileSystemWatcher(new RelativePattern(Uri.file(folder), glob)),
  );
  return Disposable.from(
    ...watchers.flatMap(watcher => [
      watcher,
      watcher.onDidCreate(onEvent),
      watcher.onDidChange(onEvent),
      watcher.onDidDelete(onEvent),
    ]),
  );
}

const hasCheckpoint = async (): Promise<boolean> =>
  (await workspace.findFiles(checkpointGlob, '**/node_modules/**', 1)).length > 0;

/** A workspace may forbid it, which comes with whatever repository is opened; only the user's own settings may allow it. */
function allowedByUser({ computeByItself }: Settings): ComputeByItself {
  const own = workspace.getConfiguration().inspect(settingIds.computeByItself)?.globalValue;
  return computeByItself === 'always' && own !== 'always' ? 'ask' : computeByItself;
}

async function ask(): Promise<'always' | 'never' | undefined> {
  const [always, notNow, never] = ['Always', 'Not Now', 'Never'];
  const answer = await window.showInformationMessage(
    'A checkpoint has arrived. Measure new checkpoints as they arrive? Basin then computes in the background, on the processor only.',
    always,
    notNow,
    never,
  );
  return answer === always ? 'always' : answer === never ? 'never' : undefined;
}

/** What `when` clauses ask. Nothing is sent that has not changed. */
function tellMenus(runs: Runs): void {
  setContext(contextKeys.hasRuns, runs.runs.length > 0);
  setContext(
    contextKeys.checkpoints,
    runs.runs
      .flatMap(({ folder, result }) =>
        (result?.checkpoints ?? []).map(({ file, present }) => ({ folder, file, present })),
      )
      .filter(({ file, present }) => present && !looksLikeCheckpoint(file))
      .slice(-listedMax)
      .map(({ folder, file }) => Uri.joinPath(Uri.file(folder), file).fsPath),
  );
}

const sent = new Map<string, string>();

function setContext(key: string, value: boolean | readonly string[]): void {
  const text = JSON.stringify(value);
  if (sent.get(key) === text) return;
  sent.set(key, text);
  void commands.executeCommand('setContext', key, value);
}
