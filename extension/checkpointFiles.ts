import { basename, dirname, isAbsolute, join, posix } from 'node:path';
import { isFirstOfSeveral, isNamedByFolder, isShard, isTrainerFile } from '../worker/checkpoint/parts.ts';

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

/** Files that stand for a checkpoint in several files, as globs have them. */
const firstOfSeveral = ['model.json', '*.safetensors.index.json', '*.bin.index.json'] as const;

/** What checkpoints are called; without braces, since not every glob of VS Code may nest them. */
export const checkpointNames: readonly string[] = [
  ...checkpointExtensions.map(extension => `*.${extension}`),
  ...firstOfSeveral,
];

/** For `workspace.findFiles`. */
export const checkpointGlob = `**/{${checkpointNames.join(',')}}`;

/** The files by which folders are found that are one checkpoint. */
export const folderMarks = `**/{model.safetensors,pytorch_model.bin,diffusion_pytorch_model.*,${firstOfSeveral.join(',')}}`;

export const looksLikeCheckpoint = (path: string): boolean =>
  isFirstOfSeveral(nameOf(path)) ||
  checkpointExtensions.some(extension => path.toLowerCase().endsWith(`.${extension}`));

/** Whether a file that looks like a checkpoint is a part of one, or what a trainer keeps beside it. */
export const isBesideCheckpoint = (path: string): boolean => isShard(nameOf(path)) || isTrainerFile(nameOf(path));

/** Whether files of this kind may hold their network beside its parameters; files of weights alone do not. */
export const mayHoldNetwork = (path: string): boolean =>
  /\.(keras|h5|hdf5|onnx|json)$/i.test(path) && !/\.weights\.h5$|\.index\.json$/i.test(path);

/** For `workspace.findFiles`: checkpoints that may hold their network, ONNX files apart. */
export const ownNetworkGlob = '**/{*.keras,*.h5,*.hdf5,model.json}';

/** Of a URI's path. */
const nameOf = (path: string): string => posix.basename(path);

/** The title of a checkpoint's tab: its name, with its folder's where every checkpoint of its kind is called like it. */
export function titleOf(path: string): string {
  const name = basename(path);
  return isNamedByFolder(name) ? join(basename(dirname(path)), name) : name;
}

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
