/** Folders that are checkpoints, and others that are refused with what makes a checkpoint of them. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type BasinError, incompleteError, inputError, messageOf } from '../errors.ts';
import { permittedPath } from '../io/access.ts';
import { isIndexName, isNamedByFolder, isShard, partIn, weightsIn } from './parts.ts';
import { type Position, positionInName } from './position.ts';
import { trainerPosition } from './trainerState.ts';

/** A kind of folder, told by the names in it. */
interface FolderKind {
  readonly matches: (names: readonly string[]) => boolean;
  /** What it is and what to do; the folder's name comes before it. */
  readonly message: (names: readonly string[]) => string;
  /** Whether it may be whole a moment later. */
  readonly incomplete?: true;
}

const DEEPSPEED_FILE = /(_optim_states|^mp_rank_\d+_model_states|^zero_pp_rank_.*_model_states)\.pt$/;

const DEEPSPEED = 'run `python zero_to_fp32.py . pytorch_model.bin`';
const DISTRIBUTED = 'python -m torch.distributed.checkpoint.format_utils dcp_to_torch';

/** Names that a checkpoint Basin reads is likely to have. */
const CHECKPOINT_FILE = /\.(pt|pth|th|ckpt|bin|npz|safetensors|keras|h5|hdf5)$/i;

const FOLDERS: readonly FolderKind[] = [
  {
    matches: names => names.includes('zero_to_fp32.py') || names.some(name => /^global_step\d+$/.test(name)),
    message: () => `a DeepSpeed checkpoint in several files; in this folder, ${DEEPSPEED} and name that file.`,
  },
  {
    matches: names => names.some(name => DEEPSPEED_FILE.test(name)),
    message: () =>
      `one step of a DeepSpeed checkpoint, in several files; in the folder above, where zero_to_fp32.py lies, ${DEEPSPEED} and name that file.`,
  },
  {
    matches: names => names.includes('.metadata') || names.some(name => name.endsWith('.distcp')),
    message: () =>
      `a PyTorch distributed checkpoint in several files; run \`${DISTRIBUTED} FOLDER model.pt\` with this folder and name that file.`,
  },
  {
    matches: names => names.filter(isIndexName).length > 1,
    message: names => {
      const indices = names.filter(isIndexName).sort();
      return `holds ${indices.length} checkpoints in several files each; name the index of one of them, such as ${indices.at(-1)}.`;
    },
  },
  {
    matches: names => names.some(isShard),
    message: names => {
      const shards = names.filter(isShard);
      return `holds ${shards.length} shards of a checkpoint, and no index that names them; it is still being written, or was copied without its ${partIn(shards[0]!)!.index}.`;
    },
    incomplete: true,
  },
  {
    matches: names => names.some(name => name.startsWith('adapter_model.')),
    message: () =>
      "an adapter without the model it belongs to; merge the two with merge_and_unload, save them with torch.save(model.state_dict(), 'model.pt'), and name that file.",
  },
  {
    matches: names => names.includes('saved_model.pb') || names.some(name => /\.ckpt.*\.index$/.test(name)),
    message: () =>
      'a TensorFlow checkpoint; save its weights with numpy.savez, each under its name in the model, and name that file.',
  },
  {
    matches: names => names.some(name => CHECKPOINT_FILE.test(name)),
    message: names => {
      const files = names.filter(name => CHECKPOINT_FILE.test(name)).sort();
      const others = files.length > 1 ? ` (${files.length} files look like checkpoints)` : '';
      return `a folder and no checkpoint; name a file in it, such as ${files.at(-1)}${others}.`;
    },
  },
];

/** Where a checkpoint lies that a user named. */
export interface CheckpointPlace {
  /** The file to read first: the index, where it is in several. */
  readonly file: string;
  /** What the checkpoint is called: the file's name, or the folder's. */
  readonly name: string;
  /** What messages call the file. */
  readonly label: string;
  /** What is known of how far training was, without opening the file. */
  readonly position: Position;
}

/**
 * Finds the file of a checkpoint: itself, or the weights in a folder. Throws `incomplete` for a folder that is being
 * written, `input` for one that is no checkpoint, and as `permittedPath` does.
 */
export async function checkpointPlace(path: string): Promise<CheckpointPlace> {
  const permitted = permittedPath(path);
  const status = await stat(permitted).catch(() => null);
  const name = basename(resolve(path));
  if (!status?.isDirectory()) {
    const position = isNamedByFolder(name) ? await folderPosition(dirname(resolve(path))) : positionInName(name);
    return { file: path, name, label: name, position };
  }
  const names = await readdir(permitted).catch((error: unknown) => error);
  if (!Array.isArray(names)) throw inputError(`${name}: a folder that cannot be read (${messageOf(names)}).`, names);
  const weights = weightsIn(names);
  if (weights === null) throw refusal(name, names);
  const label = `${name}/${weights}`;
  return { file: join(permitted, weights), name, label, position: await folderPosition(resolve(path)) };
}

function refusal(name: string, names: readonly string[]): BasinError {
  const kind = FOLDERS.find(({ matches }) => matches(names));
  const message =
    kind?.message(names) ?? 'a folder without checkpoints that Basin reads; name the file that torch.save wrote.';
  return (kind?.incomplete ? incompleteError : inputError)(`${name}: ${message}`);
}

/** How far training was when a folder was written: as the trainer noted, else as the folder's name tells. */
const folderPosition = async (folder: string): Promise<Position> =>
  (await trainerPosition(folder)) ?? positionInName(basename(folder));

/** Why a file is no checkpoint of its own but one part of several, told by its name; null where it may be one. */
export function partRefusal(file: string): BasinError | null {
  if (DEEPSPEED_FILE.test(file)) {
    return inputError(
      `${file}: one part of a DeepSpeed checkpoint; in the folder with zero_to_fp32.py, ${DEEPSPEED} and name that file.`,
    );
  }
  if (file === '.metadata' || file.endsWith('.distcp')) {
    return inputError(
      `${file}: one part of a PyTorch distributed checkpoint; run \`${DISTRIBUTED} FOLDER model.pt\` with its folder and name that file.`,
    );
  }
  const part = partIn(file);
  if (part === null) return null;
  return inputError(
    `${file}: part ${part.part} of ${part.of} of a checkpoint; take its folder, or the ${part.index} in it, instead.`,
  );
}
