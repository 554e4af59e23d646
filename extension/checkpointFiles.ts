import { isAbsolute, join } from 'node:path';

/**
 * Extensions by which a checkpoint is offered, and nothing more: what a file holds is decided by its content. A test
 * holds them against the menu in package.json.
 */
export const checkpointExtensions = [
  'pt',
  'pth',
  'th',
  'ckpt',
  'bin',
  'npz',
  'safetensors',
  'keras',
  'h5',
  'hdf5',
] as const;

/** For `workspace.findFiles`. */
export const checkpointGlob = `**/*.{${checkpointExtensions.join(',')}}`;

export const looksLikeCheckpoint = (path: string): boolean =>
  checkpointExtensions.some(extension => path.toLowerCase().endsWith(`.${extension}`));

/** A workspace folder: its name as VS Code shows it, and its path. */
export interface Folder {
  readonly name: string;
  readonly path: string;
}

/**
 * The files that a label may stand for, the likeliest first. A label is what `workspace.asRelativePath` gives: relative
 * to the workspace's only folder, begun with the folder's name where there are several, absolute outside of them.
 */
export function filesOfLabel(label: string, folders: readonly Folder[]): readonly string[] {
  if (isAbsolute(label)) return [label];
  const underName = folders
    .filter(folder => label.startsWith(`${folder.name}/`))
    .map(folder => join(folder.path, label.slice(folder.name.length + 1)));
  const relative = folders.map(folder => join(folder.path, label));
  return folders.length > 1 ? [...underName, ...relative] : [...relative, ...underName];
}
