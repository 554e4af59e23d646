/** The commands of the extension; a test holds them against package.json. */
export const commands = {
  visualizeLandscape: 'basin.visualizeLandscape',
  showLandscape: 'basin.showLandscape',
  setUpProject: 'basin.setUpProject',
  insertExportSnippet: 'basin.insertExportSnippet',
  forgetAllowedFolders: 'basin.forgetAllowedFolders',
  pruneResults: 'basin.pruneResults',
  exportLandscape: 'basin.exportLandscape',
  copyCommand: 'basin.copyCommand',
  cancel: 'basin.cancel',
  resume: 'basin.resume',
  measureRun: 'basin.measureRun',
  pauseRun: 'basin.pauseRun',
  refreshRuns: 'basin.refreshRuns',
  showRun: 'basin.showRun',
  showTrajectory: 'basin.showTrajectory',
  compareCheckpoints: 'basin.compareCheckpoints',
  restartEngine: 'basin.restartEngine',
  showDevices: 'basin.showDevices',
  showLog: 'basin.showLog',
} as const;

/** Keys of `when` clauses that the extension sets; the same test. */
export const contextKeys = {
  /** A landscape is being computed. */
  computing: 'basin.computing',
  /** A landscape is open that has cells: in the active editor, or the panel looked at last. */
  hasLandscape: 'basin.hasLandscape',
  /** The panel looked at last shows a grid that was interrupted. */
  resumable: 'basin.resumable',
  /** The workspace was looked at and has no basin.json. */
  lacksProject: 'basin.lacksProject',
  /** The workspace was searched for runs. */
  runsSearched: 'basin.runsSearched',
  /** The workspace has runs. */
  hasRuns: 'basin.hasRuns',
  /** Paths of the checkpoints of runs whose names do not look like it. */
  checkpoints: 'basin.checkpoints',
  /** Paths of the folders that are one checkpoint each, be they of a run or not. */
  checkpointFolders: 'basin.checkpointFolders',
} as const;

/** The view type of landscape panels. */
export const landscapeViewType = 'basin.landscape';

/** The view type of runs' panels. */
export const runViewType = 'basin.run';

/** The view type of comparisons' panels. */
export const compareViewType = 'basin.compare';

/** The editors of result files: of those named as such, and of any JSON file on request. */
export const resultViewTypes = { named: 'basin.result', any: 'basin.resultJson' } as const;

/** The view in the Explorer that offers to set up a project. */
export const setUpViewId = 'basin.setUp';

/** The view of the workspace's runs. */
export const runsViewId = 'basin.runs';

/** The walkthrough, as VS Code's commands name it. */
export const walkthroughId = 'basin.basin#basin.start';

export type CommandId = (typeof commands)[keyof typeof commands];
