import {
  ConfigurationTarget,
  type ExtensionContext,
  type LogOutputChannel,
  Uri,
  commands as vscodeCommands,
  window,
  workspace,
} from 'vscode';
import { RUNTIME_VARIABLE } from '../worker/environment.ts';
import { messageOf } from '../worker/errors.ts';
import { AllowedFolders } from './allowedFolders.ts';
import type { BasinApi } from './api.ts';
import { type CommandId, commands, contextKeys } from './commands.ts';
import { askForFolder, forgetAllowedFolders } from './consent.ts';
import { Devices } from './devices.ts';
import { createEngine } from './engine.ts';
import { insertExportSnippet } from './exportSnippetCommand.ts';
import { LandscapePanels } from './landscapePanels.ts';
import { createLog } from './log.ts';
import { offerSetUp } from './projectOffer.ts';
import { ReadAccess } from './readAccess.ts';
import { readSettings, type Settings, settingIds } from './settings.ts';
import { setUpProject } from './setUpProject.ts';
import { createStatusItem } from './statusItem.ts';
import { visualizeLandscape } from './visualizeLandscape.ts';
import { WorkerSupervisor } from './workerSupervisor.ts';

let supervisor: WorkerSupervisor | undefined;

export function activate(context: ExtensionContext): BasinApi {
  const { channel, log } = createLog();
  const engine = new WorkerSupervisor(context.asAbsolutePath('dist/worker.js'), log, {
    environment: workerEnvironment,
  });
  supervisor = engine;
  const allowed = new AllowedFolders(Uri.joinPath(context.globalStorageUri, 'allowedFolders.json').fsPath);
  const requests = createEngine(engine, currentSettings, new ReadAccess(workspaceFolders, allowed, askForFolder));
  const devices = new Devices(requests, currentSettings, log);
  const setUp = (checkpoint: Uri | undefined): Promise<boolean> =>
    setUpProject({ engine: requests, log, insertSnippet: insertExportSnippet }, checkpoint);
  const panels = new LandscapePanels({
    extensionUri: context.extensionUri,
    engine: requests,
    log,
    showLog: () => channel.show(),
    setUp,
  });

  const offer = offerSetUp(log);
  context.subscriptions.push(
    channel,
    panels,
    panels.onDidChange(() => {
      void vscodeCommands.executeCommand('setContext', contextKeys.computing, panels.computing.length > 0);
    }),
    panels.onDidChange(() => {
      if (panels.lastState?.phase === 'done') void devices.learn();
    }),
    devices,
    offer,
    createStatusItem(panels, devices, offer.projectFound),
    workspace.onDidChangeConfiguration(async change => {
      if (!change.affectsConfiguration(settingIds.onnxruntimePath)) return;
      devices.forget();
      await engine.restart();
    }),
    ...registerCommands(channel, {
      [commands.visualizeLandscape]: (clicked, selected) => visualizeLandscape(panels, clicked, selected),
      [commands.showLandscape]: () =>
        panels.lastActive === undefined ? visualizeLandscape(panels, undefined, undefined) : panels.lastActive.reveal(),
      [commands.setUpProject]: async clicked => {
        const isReady = await setUp(clicked);
        if (isReady) await visualizeLandscape(panels, clicked, undefined);
      },
      [commands.insertExportSnippet]: insertExportSnippet,
      [commands.forgetAllowedFolders]: () => forgetAllowedFolders(allowed),
      [commands.cancel]: () => {
        const { lastActive, computing } = panels;
        for (const panel of lastActive?.computing ? [lastActive] : computing) panel.cancel();
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

/** A library of the user's is loaded in a trusted workspace only. */
function workerEnvironment(): Readonly<Record<string, string>> {
  const { onnxruntimePath } = currentSettings();
  return workspace.isTrusted && onnxruntimePath !== '' ? { [RUNTIME_VARIABLE]: onnxruntimePath } : {};
}

/** VS Code waits for the promise, so that no worker outlives its window. */
export async function deactivate(): Promise<void> {
  await supervisor?.dispose();
}

/** From an Explorer menu a handler receives the clicked file and every selected one. */
type Handler = (clicked?: Uri, selected?: readonly Uri[]) => void | Promise<void>;

/** What a command throws has no panel to be shown in: it becomes a notification and a line of the log. */
function registerCommands(channel: LogOutputChannel, handlers: Readonly<Record<CommandId, Handler>>) {
  return Object.entries(handlers).map(([id, handler]) =>
    vscodeCommands.registerCommand(id, async (clicked?: Uri, selected?: readonly Uri[]) => {
      try {
        await handler(clicked, selected);
      } catch (error) {
        channel.error(`${id}: ${messageOf(error)}`);
        const showLog = 'Show Log';
        if ((await window.showErrorMessage(messageOf(error), showLog)) === showLog) channel.show();
      }
    }),
  );
}
