/** Remembers of a run that one of its checkpoints is measured, whatever measures it. */
import { join } from 'node:path';
import { RUN_MEASURE_NAMES } from '../results.ts';
import { adopt } from './adopt.ts';
import { contentsDigest } from './contents.ts';
import type { Measured } from './facts.ts';
import { currentVersion, type FileVersion, isSameVersion, listFiles } from './folder.ts';
import type { OpenRun } from './runs.ts';

/**
 * Remembers that a version of a checkpoint, which was read just now, is measured under some keys. What is already known of
 * the same contents stays known, and what was asked for before stays asked for.
 * @returns false, and remembers nothing, where the file is another by now: what was read may be of another version, or of two.
 * Throws `interrupted`.
 */
export async function rememberMeasured(
  run: OpenRun,
  version: FileVersion,
  { settings, keys, asked }: Measured,
  signal: AbortSignal,
): Promise<boolean> {
  const { folder, log } = run;
  // A run that something is known of is taken for one that was never elsewhere.
  if (log.isEmpty) await adopt(run, await listFiles(folder), signal);
  const known = log.of(version);
  const contents = known?.contents ?? (await contentsDigest(join(folder, version.file)).catch(() => null));
  const now = await currentVersion(folder, version.file);
  if (contents === null || now === null || !isSameVersion(now, version)) return false;
  const before = known?.measured.findLast(own => own.settings === settings && own.keys[0] === keys[0]);
  const measured: Measured = {
    settings,
    // Whoever asks for nothing of the test split does not know its key.
    keys: before === undefined || keys.length > 1 ? keys : before.keys,
    asked: RUN_MEASURE_NAMES.filter(name => asked.includes(name) || before?.asked.includes(name)),
  };
  const { file, bytes, written, changed, inode } = version;
  await log.add([{ file, bytes, written, changed, inode, contents, measured }]);
  return true;
}
