import { dirname } from 'node:path';
import {
  ConfigurationTarget,
  type ExtensionContext,
  type LogOutputChannel,
  Uri,
  commands as vscodeCommands,
  window,
  workspace,
} from 'vscode';
import { messageOf, usageError } from '../worker/errors.ts';
import type { RunMeasureName } from '../worker/results.ts';
import { Store } from '../worker/store/store.ts';
import { AllowedFolders } from './allowedFolders.ts';
import type { BasinApi } from './api.ts';
import { CheckpointFolders } from './checkpointFolders.ts';
import { chooseCheckpoints } from './chooseCheckpoints.ts';
import { chooseTwoOthers } from './chooseTwoOthers.ts';
import { type CommandId, commands, contextKeys } from './commands.ts';
import { CompareMemory } from './compareMemory.ts';
import { ComparePanels } from './comparePanels.ts';
import { askForFolder, forgetAllowedFolders } from './consent.ts';
import { Devices } from './devices.ts';
import { createEngine } from './engine.ts';
import { chooseExport } from './exportLandscape.ts';
import { insertExportSnippet } from './exportSnippetCommand.ts';
import { keptAnalyses } from './keptAnalyses.ts';
import { LandscapeDocuments } from './landscapeDocuments.ts';
import { LandscapeMemory } from './landscapeMemory.ts';
import { LandscapePanels } from './landscapePanels.ts';
import type { LandscapeView } from './landscapeView.ts';
import { createLog } from './log.ts';
import { PanelMemory } from './panelMemory.ts';
import { resultsFolderOf } from './projectFiles.ts';
import { offerSetUp } from './projectOffer.ts';
import { pruneResults } from './pruneResults.ts';
import { ReadAccess } from './readAccess.ts';
import { RunPanels } from './runPanels.ts';
import { chooseRun } from './runs/chooseRun.ts';
import { RunMemory } from './runs/runMemory.ts';
import { fileOf, folderOf } from './runs/runNodes.ts';
import { RunsView } from './runs/runsView.ts';
import { watchRuns } from './runs/watchRuns.ts';
import { readSettings, type Settings, settingIds } from './settings.ts';
import { setUpProject } from './setUpProject.ts';
import { sharedStorage } from './sharedStorage.ts';
import { showTrajectory } from './showTrajectory.ts';
import { createStatusItem } from './statusItem.ts';
import { offerInTerminal } from './terminalCommand.ts';
import { visualizeLandscape } from './visualizeLandscape.ts';
import { workerEnvironment } from './workerEnvironment.ts';
import { WorkerSupervisor } from './workerSupervisor.ts';

let supervisor: WorkerSupervisor | undefined;

export function activate(context: ExtensionContext): BasinApi {
  const { channel, log } = createLog();
  const engine = new WorkerSupervisor(context.asAbsolutePath('dist/worker.js'), log, {
    environment: () => workerEnvironment(workspace.isTrusted, currentSettings()),
  });
  supervisor = engine;
  const allowed = new AllowedFolders(Uri.joinPath(context.globalStorageUri, 'allowedFolders.json').fsPath);
  // Without a workspace there is no folder of its own to keep results in.
  const storage =
    context.storageUri?.with({ path: sharedStorage(context.storageUri.path) }) ?? context.globalStorageUri;
  const results = Uri.joinPath(storage, 'results').fsPath;
  const access = new ReadAccess(workspaceFolders, allowed, askForFolder);
  const requests = createEngine(engine, currentSettings, access, results);
  const devices = new Devices(requests, currentSettings, log);
  const setUp = (checkpoint: Uri | undefined): Promise<boolean> =>
    setUpProject({ engine: requests, log, insertSnippet: insertExportSnippet }, checkpoint);
  const shared = {
    extensionUri: context.extensionUri,
    memory: new PanelMemory(context.globalState),
    log,
    showLog: () => channel.show(),
    showError: (error: unknown) => void showError(channel, error),
  };
  const warn = (message: string): void => log('warn', message);
  const storeOf = async (checkpoint: Uri): Promise<Store> =>
    new Store(await resultsFolderOf(checkpoint, results), warn);
  const panels = new LandscapePanels({
    ...shared,
    engine: requests,
    storeOf,
    landscapes: new LandscapeMemory(Uri.joinPath(storage, 'landscapes').fsPath, warn),
    analyses: keptAnalyses(storage.fsPath, warn),
    chooseTwoOthers: checkpoint => chooseTwoOthers(checkpoint, watched.runs.runs),
    setUp,
  });
  const documents = new LandscapeDocuments(shared);
  const shown = (): LandscapeView | undefined => documents.active ?? panels.lastActive;
  const updateContext = (): void => {
    const keys: Readonly<Record<string, boolean>> = {
      [contextKeys.computing]: panels.computing.length > 0 || comparePanels.computing.length > 0,
      [contextKeys.hasLandscape]: shown()?.state.surface !== undefined,
      [contextKeys.resumable]: panels.lastActive?.state.resumable !== undefined,
    };
    for (const [key, value] of Object.entries(keys)) void vscodeCommands.executeCommand('setContext', key, value);
  };

  offerInTerminal(
    Uri.joinPath(context.globalStorageUri, 'bin').fsPath,
    context.asAbsolutePath('dist/cli.js'),
    results,
    context.environmentVariableCollection,
  ).catch((error: unknown) => log('warn', `The terminal has no command basin: ${messageOf(error)}`));

  const offer = offerSetUp(log);
  const watched = watchRuns({
    engine: requests,
    settings: currentSettings,
    projectFound: offer.projectFound,
    memory: new RunMemory(storage.fsPath, warn),
    log,
  });
  const { runs } = watched;
  const runPanels = new RunPanels({
    ...shared,
    runs,
    setUp,
    showLandscape: checkpoint => panels.preview(checkpoint),
    showTrajectory: folder => showTrajectory(panels, runs, folder),
  });
  const folders = new CheckpointFolders(log);
  const isKnown = (uri: Uri): boolean => runs.checkpoint(uri.fsPath) !== undefined || folders.has(uri);
  const measure = (): RunMeasureName => currentSettings().statusBarMeasure;
  const comparePanels = new ComparePanels({
    ...shared,
    engine: requests,
    storeOf,
    comparisons: new CompareMemory(Uri.joinPath(storage, 'comparisons').fsPath, warn),
    showLandscape: checkpoint => panels.show([checkpoint]),
    onMeasured: checkpoints => runs.listAgain(checkpoints.map(({ fsPath }) => dirname(fsPath))),
  });
  // What someone waits for goes before what is measured in the background.
  const stepAside = (): void => runs.stepAside(panels.computing.length > 0 || comparePanels.computing.length > 0);
  const view = new RunsView(runs, measure);
  const status = createStatusItem({ panels, devices, runs, measure, projectFound: offer.projectFound });
  context.subscriptions.push(
    channel,
    panels,
    documents,
    comparePanels,
    comparePanels.onDidChange(stepAside),
    comparePanels.onDidChange(updateContext),
    panels.onDidChange(stepAside),
    panels.onDidChange(updateContext),
    documents.onDidChange(updateContext),
    panels.onDidChange(() => {
      if (panels.lastState?.phase === 'done') void devices.learn();
    }),
    devices,
    offer,
    watched.subscription,
    folders,
    runPanels,
    view,
    status,
    workspace.onDidChangeConfiguration(async change => {
      if (change.affectsConfiguration(settingIds.statusBarMeasure)) {
        view.redraw();
        status.update();
      }
      const libraries = [settingIds.onnxruntimePath, settingIds.tfjsPath];
      if (!libraries.some(id => change.affectsConfiguration(id))) return;
      devices.forget();
      await engine.restart();
    }),
    ...registerCommands(channel, {
      [commands.visualizeLandscape]: (clicked, selected) => visualizeLandscape(panels, clicked, selected, isKnown),
      [commands.showLandscape]: () =>
        panels.lastActive === undefined ? visualizeLandscape(panels, undefined, undefined) : panels.lastActive.reveal(),
      [commands.setUpProject]: async clicked => {
        const isReady = await setUp(clicked);
        if (isReady) await visualizeLandscape(panels, clicked, undefined);
      },
      [commands.insertExportSnippet]: insertExportSnippet,
      [commands.forgetAllowedFolders]: () => forgetAllowedFolders(allowed),
      [commands.pruneResults]: () => pruneResults(requests),
      [commands.exportLandscape]: () => chooseExport(shownOrRefuse(shown)),
      [commands.copyCommand]: () => shownOrRefuse(shown).copyCommand(),
      [commands.resume]: () => panels.lastActive?.compute(),
      [commands.cancel]: () => {
        const { lastActive, computing } = panels;
        const compared = comparePanels.computing;
        // What is looked at, else the landscape that was looked at last, else all.
        const own = compared.find(({ active }) => active) ?? (lastActive?.computing ? lastActive : undefined);
        for (const panel of own === undefined ? [...computing, ...compared] : [own]) panel.cancel();
      },
      [commands.measureRun]: async (_clicked, _selected, given) => {
        const folder = await chooseRun(runs, given, 'Measure Run');
        if (folder !== undefined) runs.measure(folder);
      },
      [commands.pauseRun]: (_clicked, _selected, given) => {
        const folder = folderOf(given);
        const measured = runs.runs.filter(({ measuring }) => measuring !== undefined).map(run => run.folder);
        for (const paused of folder === undefined ? measured : [folder]) runs.pause(paused);
      },
      [commands.refreshRuns]: () => runs.refresh(),
      [commands.showRun]: async (_clicked, _selected, given) => {
        const folder = await chooseRun(runs, given, 'Show Run');
        if (folder !== undefined) runPanels.show(folder);
      },
      [commands.compareCheckpoints]: async (_clicked, _selected, _given, all) => {
        const checkpoints = await chooseCheckpoints(runs, all, measure(), isKnown);
        if (checkpoints.length > 0) comparePanels.show(checkpoints);
      },
      [commands.showTrajectory]: async (_clicked, _selected, given) => {
        const folder = await chooseRun(runs, given, 'Show Trajectory');
        if (folder !== undefined) showTrajectory(panels, runs, folder);
      },
      [commands.restartEngine]: () => engine.restart(),
      [commands.showDevices]: () =>
        devices.show(device =>
          workspace.getConfiguration().update(settingIds.device, device, ConfigurationTarget.Global),
        ),
      [commands.showLog]: () => channel.show(),
    }),
  );
  return {
    get panelState() {
      return panels.lastState;
    },
    onDidChangePanelState: panels.onDidChange,
  };
}

function currentSettings(): Settings {
  const configuration = workspace.getConfiguration();
  return readSettings(id => configuration.get(id));
}

const workspaceFolders = (): readonly string[] => (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);

/** VS Code waits for the promise, so that no worker outlives its window. */
export async function deactivate(): Promise<void> {
  await supervisor?.dispose();
}

/**
 * From an Explorer menu a handler receives the clicked file and every selected one, from the view of runs what its rows
 * stand for, and always what VS Code has given: what was clicked, and all that is selected with it.
 */
type Handler = (
  clicked: Uri | undefined,
  selected: readonly Uri[] | undefined,
  given: unknown,
  all: readonly unknown[],
) => void | Promise<void>;

/** What a command throws has no panel to be shown in: it becomes a notification and a line of the log. */
function registerCommands(channel: LogOutputChannel, handlers: Readonly<Record<CommandId, Handler>>) {
  return Object.entries(handlers).map(([id, handler]) =>
    vscodeCommands.registerCommand(id, async (given?: unknown, others?: unknown) => {
      try {
        await handler(
          uriOf(given),
          Array.isArray(others) ? others.flatMap(other => uriOf(other) ?? []) : undefined,
          given,
          Array.isArray(others) && others.length > 0 ? others : given == null ? [] : [given],
        );
      } catch (error) {
        channel.error(`${id}: ${messageOf(error)}`);
        await showError(channel, error);
      }
    }),
  );
}

function uriOf(given: unknown): Uri | undefined {
  if (given instanceof Uri) return given;
  const file = fileOf(given);
  return file === undefined ? undefined : Uri.file(file);
}

async function showError(channel: LogOutputChannel, error: unknown): Promise<void> {
  const showLog = 'Show Log';
  if ((await window.showErrorMessage(messageOf(error), showLog)) === showLog) channel.show();
}

function shownOrRefuse(shown: () => LandscapeView | undefined): LandscapeView {
  const view = shown();
  if (view === undefined) throw usageError('No landscape is open; visualize that of a checkpoint first.');
  return view;
}
