import { type Disposable, MarkdownString, StatusBarAlignment, window } from 'vscode';
import { commands } from './commands.ts';
import type { Devices } from './devices.ts';
import type { LandscapePanels } from './landscapePanels.ts';
import { statusText } from './statusText.ts';

/** The one status-bar item. It stays hidden until there is something to say, or a project is known to be here. */
export function createStatusItem(
  panels: LandscapePanels,
  devices: Devices,
  projectFound: Promise<boolean>,
): Disposable {
  const item = window.createStatusBarItem('basin.status', StatusBarAlignment.Right, 50);
  item.name = 'Basin';
  item.command = commands.showLandscape;

  const update = (): void => {
    const { text, tooltip } = statusText(panels.lastState, devices.known);
    item.text = text;
    item.tooltip = new MarkdownString(tooltip);
    item.tooltip.isTrusted = {
      enabledCommands: [commands.showLandscape, commands.showDevices, commands.showLog, commands.visualizeLandscape],
    };
    item.accessibilityInformation = {
      label: `Basin: ${panels.lastState?.phase ?? 'no checkpoint yet'}`,
      role: 'button',
    };
    if (panels.lastState !== undefined) item.show();
  };
  update();
  void projectFound.then(found => {
    if (found) item.show();
  });
  const subscriptions = [panels.onDidChange(update), devices.onDidChange(update)];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
      item.dispose();
    },
  };
}
