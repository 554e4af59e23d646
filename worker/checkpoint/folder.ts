/** Checkpoints that are folders, or files that are parts of one: refused with what makes a file of them. */
import { readdir, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type BasinError, inputError, messageOf } from '../errors.ts';
import { permittedPath } from '../io/access.ts';

/** A kind of folder, told by the names in it. */
interface FolderKind {
  readonly matches: (names: readonly string[]) => boolean;
  /** What it is and what to do; the folder's name comes before it. */
  readonly message: (names: readonly string[]) => string;
}

const DEEPSPEED_FILE = /(_optim_states|^mp_rank_\d+_model_states|^zero_pp_rank_.*_model_states)\.pt$/;

const DEEPSPEED = 'run `python zero_to_fp32.py . pytorch_model.bin`';
const DISTRIBUTED = 'python -m torch.distributed.checkpoint.format_utils dcp_to_torch';
const TRANSFORMERS =
  "load it with from_pretrained and save it with torch.save(model.state_dict(), 'model.pt'), then name that file";

/** A file of a model that is saved in several. */
const SHARD = /-(\d{5})-of-(\d{5})\.(bin|safetensors|pt|pth)$/;

/** Names that a checkpoint Basin reads is likely to have. */
const CHECKPOINT_FILE = /\.(pt|pth|th|ckpt|bin|npz)$/i;

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
    matches: names => names.includes('pytorch_model.bin'),
    message: () => 'a folder of a Hugging Face model; name the file pytorch_model.bin in it.',
  },
  {
    matches: names =>
      names.some(name => SHARD.test(name) || /^model\.safetensors$|\.index\.json$|^adapter_model\./.test(name)),
    message: () => `a folder of a Hugging Face model in files that Basin does not read alone; ${TRANSFORMERS}.`,
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

/**
 * Why a path cannot be a checkpoint because it is a folder; null where it is none. Only names are read.
 * Throws as `permittedPath` does.
 */
export async function folderRefusal(path: string): Promise<BasinError | null> {
  const permitted = permittedPath(path);
  const status = await stat(permitted).catch(() => null);
  if (!status?.isDirectory()) return null;
  const name = basename(resolve(path));
  const names = await readdir(permitted).catch((error: unknown) => error);
  if (!Array.isArray(names)) return inputError(`${name}: a folder that cannot be read (${messageOf(names)}).`, names);
  const kind = FOLDERS.find(({ matches }) => matches(names));
  return inputError(
    `${name}: ${kind?.message(names) ?? 'a folder without checkpoints that Basin reads; name the file that torch.save wrote.'}`,
  );
}

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
  const [, index, count] = SHARD.exec(file) ?? [];
  if (Number(count) > 1) {
    return inputError(`${file}: part ${Number(index)} of ${Number(count)} of a Hugging Face model; ${TRANSFORMERS}.`);
  }
  return null;
}
