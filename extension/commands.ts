/** The commands of the extension; a test holds them against package.json. */
export const commands = {
  visualizeLandscape: 'basin.visualizeLandscape',
  showLandscape: 'basin.showLandscape',
  cancel: 'basin.cancel',
  restartEngine: 'basin.restartEngine',
  showDevices: 'basin.showDevices',
  showLog: 'basin.showLog',
} as const;

/** Keys of `when` clauses that the extension sets; the same test. */
export const contextKeys = {
  /** A landscape is being computed. */
  computing: 'basin.computing',
} as const;

/** The view type of landscape panels. */
export const landscapeViewType = 'basin.landscape';

export type CommandId = (typeof commands)[keyof typeof commands];
