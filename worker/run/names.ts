/** What a file's name alone tells of whether it may be a checkpoint. */
import { extname } from 'node:path';
import { isIndexName, isShard, isTrainerFile } from '../checkpoint/parts.ts';
import { positionInName } from '../checkpoint/position.ts';

/** Names that writers give what they have not finished, or do not mean to be found. */
const TEMPORARY: readonly RegExp[] = [
  /^[.#]/,
  /[~#]$/,
  /\.(part|partial|incomplete|inprogress|writing|crdownload|download|aria2|swp|swo|lock)$/i,
  // `model.pt.tmp`, `model.pt.tmp-1234`, `tmp_model.pt`, `model.tmp.pt`, `model_tmp.pt`.
  /\.(tmp|temp)[-_]?\w*$/i,
  /^tmp[-._]/i,
  /[-_.]tmp(\.\w+)?$/i,
];

/** Endings of what lies beside checkpoints by the thousand and is never one; any other is looked into. */
const OTHERS: ReadonlySet<string> = new Set(
  `json jsonl txt log out err md rst csv tsv yaml yml toml ini cfg conf xml html htm css js ts py ipynb pyc sh
   png jpg jpeg gif svg webp bmp tif tiff pdf mp3 mp4 wav webm avi flac ogg gz bz2 xz zst tar db sqlite wandb
   onnx npy idx pb index parquet arrow feather h parq c cpp so dll exe whl`.split(/\s+/),
);

/** Endings that mean a checkpoint, so that a file that cannot be read is worth a sentence. */
const CHECKPOINTS: ReadonlySet<string> = new Set(['pt', 'pth', 'th', 'ckpt', 'bin', 'npz', 'safetensors', 'keras']);

/** The ending in lower case, without its dot; empty where there is none. A number is no ending: `model.500`. */
export function endingOf(name: string): string {
  const ending = extname(name).slice(1).toLowerCase();
  return /^\d*$/.test(ending) ? '' : ending;
}

const isTemporary = (name: string): boolean => TEMPORARY.some(pattern => pattern.test(name));

/** Whether a file may be a checkpoint: what it is, its content decides. Of one in several files, that is the index. */
export const mayBeCheckpoint = (name: string): boolean =>
  !isTemporary(name) && (isIndexName(name) || (!OTHERS.has(endingOf(name)) && !isShard(name) && !isTrainerFile(name)));

/** Whether its name says that a file is a checkpoint. Other HDF5 files than weights of Keras may hold anything. */
export const isNamedCheckpoint = (name: string): boolean =>
  CHECKPOINTS.has(endingOf(name)) || /\.weights\.h5$/i.test(name) || isIndexName(name);

/** Whether a folder may be a checkpoint: one with a number, or one that is kept because it is the best or the last. */
export function mayBeCheckpointFolder(name: string): boolean {
  const { step, epoch } = positionInName(name);
  return !isTemporary(name) && (step !== null || epoch !== null || /best|last|latest|final/i.test(name));
}
