/** What the reader is asked before kept results are removed, and told afterwards. */
import { formatBytes } from '../webview/view/format.ts';
import type { PruneResult } from '../worker/results.ts';

type Amount = PruneResult['folders'][number]['kept'];

/** The question, and what it leaves out; null where nothing can be removed. */
export function pruneQuestion(result: PruneResult): { readonly message: string; readonly detail: string } | null {
  const { removed, kept, days } = sums(result);
  if (removed.files === 0) return null;
  return {
    message: `Remove ${amount(removed)} that nothing needs any more?`,
    detail: `They were not written for ${days} days, and their checkpoints are gone or were written since; whoever asks for them again has them computed again. ${capital(amount(kept))} ${kept.files === 1 ? 'stays' : 'stay'}, the measurements of runs among them.`,
  };
}

/** What is said where nothing can be removed. */
export function nothingToPrune(result: PruneResult): string {
  const { kept, days } = sums(result);
  return `Nothing to remove: ${amount(kept)} ${kept.files === 1 ? 'is' : 'are'} kept, none of which was left alone for ${days} days by a checkpoint that is gone.`;
}

/** What is said when it is done. */
export const pruned = (result: PruneResult): string => `${capital(amount(sums(result).removed))} removed.`;

function sums({ folders, olderDays }: PruneResult): { removed: Amount; kept: Amount; days: number } {
  const sum = (part: 'removed' | 'kept'): Amount => ({
    files: folders.reduce((total, folder) => total + folder[part].files, 0),
    bytes: folders.reduce((total, folder) => total + folder[part].bytes, 0),
  });
  return { removed: sum('removed'), kept: sum('kept'), days: olderDays };
}

const amount = ({ files, bytes }: Amount): string =>
  files === 0 ? 'no kept result' : `${files} kept ${files === 1 ? 'result' : 'results'} (${formatBytes(bytes)})`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
