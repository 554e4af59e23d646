/**
 * The workspace's storage that all its windows share, from the one that VS Code gives to a window. VS Code keeps windows
 * apart that have the same folder open at the same time, in `0123abcd`, `0123abcd-1`, … `0123abcd-9`, and the next window
 * finds nothing of what the others kept. What is kept here is replaced as a whole or added to, by any number of processes.
 */
export const sharedStorage = (path: string): string =>
  path.replace(/([\\/]-?[0-9a-f]+)-[1-9](?=[\\/][^\\/]+[\\/]?$)/, '$1');
