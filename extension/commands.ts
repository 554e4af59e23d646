/** The commands of the extension; a test holds them against package.json. */
export const commands = {
  visualizeLandscape: 'basin.visualizeLandscape',
  showLandscape: 'basin.showLandscape',
  setUpProject: 'basin.setUpProject',
  insertExportSnippet: 'basin.insertExportSnippet',
  forgetAllowedFolders: 'basin.forgetAllowedFolders',
  cancel: 'basin.cancel',
  restartEngine: 'basin.restartEngine',
  showDevices: 'basin.showDevices',
  showLog: 'basin.showLog',
} as const;

/** Keys of `when` clauses that the extension sets; the same test. */
export const contextKeys = {
  /** A landscape is being computed. */
  computing: 'basin.computing',
  /** The workspace was looked at and has no basin.json. */
  lacksProject: 'basin.lacksProject',
} as const;

/** The view type of landscape panels. */
export const landscapeViewType = 'basin.landscape';

/** The view in the Explorer that offers to set up a project. */
export const setUpViewId = 'basin.setUp';

/** The walkthrough, as VS Code's commands name it. */
export const walkthroughId = 'basin.basin#basin.start';

export type CommandId = (typeof commands)[keyof typeof commands];
