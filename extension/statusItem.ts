import { type Disposable, MarkdownString, StatusBarAlignment, window, workspace } from 'vscode';
import type { RunMeasureName } from '../worker/results.ts';
import { commands } from './commands.ts';
import type { Devices } from './devices.ts';
import type { LandscapePanels } from './landscapePanels.ts';
import { newestOf } from './runs/arrivals.ts';
import { panelMeasure } from './runs/panelMeasure.ts';
import type { CheckpointOfRun } from './runs/runSource.ts';
import type { Runs } from './runs/runs.ts';
import { sharpnessText, withPanelMeasure } from './runs/sharpnessText.ts';
import { manageTrust, statusText } from './statusText.ts';

export interface StatusParts {
  readonly panels: LandscapePanels;
  readonly devices: Devices;
  readonly runs: Runs;
  /** Which measure stands for a checkpoint's sharpness; asked at each change. */
  readonly measure: () => RunMeasureName;
  readonly projectFound: Promise<boolean>;
}

/** What the commands of the item's links are; nothing else in its tooltip can run. */
const enabledCommands = [
  commands.showLandscape,
  commands.showDevices,
  commands.showLog,
  commands.visualizeLandscape,
  commands.measureRun,
  commands.pauseRun,
  commands.showRun,
  'workbench.action.openSettings',
  manageTrust,
];

/**
 * The one status-bar item: the sharpness of the checkpoint in view, else of the newest one. It stays hidden until there
 * is something to say, or a project is known to be here.
 */
export function createStatusItem({ panels, devices, runs, measure, projectFound }: StatusParts): Disposable & {
  /** Says what it says anew. */
  update(): void;
} {
  const item = window.createStatusBarItem('basin.status', StatusBarAlignment.Right, 50);
  item.name = 'Basin';

  const update = (): void => {
    const inView = checkpointInView(panels, runs);
    // What a closed panel showed gives way to what is known of the newest checkpoint.
    const state = panels.lastActive?.state ?? (inView === undefined ? panels.lastState : undefined);
    const known = inView && sharpnessText(inView, measure());
    const panelOwn = state && panelMeasure(state, measure());
    const { text, tooltip, accessibleLabel } = statusText(state, {
      devices: devices.known,
      sharpness: panelOwn === undefined ? known : withPanelMeasure(known, panelOwn),
      isRestricted: !workspace.isTrusted,
    });
    item.text = text;
    item.tooltip = new MarkdownString(tooltip);
    item.tooltip.isTrusted = { enabledCommands };
    item.accessibilityInformation = { label: accessibleLabel, role: 'button' };
    item.command =
      panels.lastActive === undefined && inView !== undefined
        ? { command: commands.showRun, title: 'Show Run', arguments: [inView.run.folder] }
        : commands.showLandscape;
    if (panels.lastState !== undefined || inView !== undefined) item.show();
  };
  update();
  void projectFound.then(found => {
    if (found) item.show();
  });
  const subscriptions = [
    panels.onDidChange(update),
    devices.onDidChange(update),
    runs.onDidChange(update),
    workspace.onDidGrantWorkspaceTrust(update),
  ];
  return {
    update,
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
      item.dispose();
    },
  };
}

/** The checkpoint whose landscape was looked at last, where it is of a run, else the newest checkpoint. */
function checkpointInView(panels: LandscapePanels, runs: Runs): CheckpointOfRun | undefined {
  const { lastActive } = panels;
  return lastActive === undefined ? newestOf(runs.runs) : runs.checkpoint(lastActive.checkpoint.fsPath);
}
