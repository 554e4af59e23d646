/** What checkpoints are called where there is little room. Pure. */

/** What of each path tells it from the others: from the first folder on that is not the same for all. */
export function shortNames(paths: readonly string[]): readonly string[] {
  const parts = paths.map(path => path.split(/[\\/]/));
  const most = Math.min(...parts.map(({ length }) => length)) - 1;
  let shared = 0;
  while (shared < most && parts.every(own => own[shared] === parts[0]?.[shared])) shared++;
  return parts.map(own => own.slice(shared).join('/'));
}
