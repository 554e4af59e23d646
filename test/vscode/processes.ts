/** Finds a process among those that a given one started; Linux only, where /proc lists them. */
import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the processes that descend from `ancestor` and have `text` in their command line. */
export function descendantsRunning(ancestor: number, text: string): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    // After the command's name, in parentheses, come the state and the parent's id (proc(5), /proc/pid/stat).
    const parent = / \) \S (\d+) /.exec(readOr(`/proc/${entry}/stat`, '').replace(/\(.*\)/s, ' )'))?.[1];
    if (parent) parents.set(Number(entry), Number(parent));
  }
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && (parents.get(pid) === ancestor || descends(parents.get(pid)));
  return [...parents.keys()].filter(pid => descends(pid) && isRunning(pid, text));
}

/** Whether a process with `text` in its command line has this id, whosever child it is by now. */
export const isRunning = (pid: number, text: string): boolean => readOr(`/proc/${pid}/cmdline`, '').includes(text);

/** A process may be gone by the time it is read. */
function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
