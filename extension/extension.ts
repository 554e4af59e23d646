import { type ExtensionContext, type LogOutputChannel, type Uri, commands as vscodeCommands, window } from 'vscode';
import { messageOf } from '../worker/errors.ts';
import type { BasinApi } from './api.ts';
import { type CommandId, commands, contextKeys } from './commands.ts';
import { createEngine } from './engine.ts';
import { LandscapePanels } from './landscapePanels.ts';
import { createLog } from './log.ts';
import { hasProject } from './projectFiles.ts';
import { createStatusItem } from './statusItem.ts';
import { visualizeLandscape } from './visualizeLandscape.ts';
import { WorkerSupervisor } from './workerSupervisor.ts';

let supervisor: WorkerSupervisor | undefined;

export function activate(context: ExtensionContext): BasinApi {
  const { channel, log } = createLog();
  const engine = new WorkerSupervisor(context.asAbsolutePath('dist/worker.js'), log);
  supervisor = engine;
  const panels = new LandscapePanels({
    extensionUri: context.extensionUri,
    engine: createEngine(engine),
    log,
    showLog: () => channel.show(),
  });

  const projectFound = hasProject().catch(error => {
    log('warn', `The workspace could not be looked at for basin.json: ${messageOf(error)}`);
    return false;
  });
  context.subscriptions.push(
    channel,
    panels,
    panels.onDidChange(() => {
      void vscodeCommands.executeCommand('setContext', contextKeys.computing, panels.computing.length > 0);
    }),
    createStatusItem(panels, projectFound),
    ...registerCommands(channel, {
      [commands.visualizeLandscape]: (clicked, selected) => visualizeLandscape(panels, clicked, selected),
      [commands.showLandscape]: () =>
        panels.lastActive === undefined ? visualizeLandscape(panels, undefined, undefined) : panels.lastActive.reveal(),
      [commands.cancel]: () => {
        const { lastActive, computing } = panels;
        for (const panel of lastActive?.computing ? [lastActive] : computing) panel.cancel();
      },
      [commands.restartEngine]: () => engine.restart(),
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
