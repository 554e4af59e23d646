/** What several checkpoints are called beside each other. */

/**
 * What of each path tells it from the others: from the first folder on that is not the same for all. Paths that are equal
 * are numbered.
 */
export function shortNames(paths: readonly string[]): readonly string[] {
  const parts = paths.map(path => path.split(/[\\/]/));
  const most = Math.min(...parts.map(({ length }) => length)) - 1;
  let shared = 0;
  while (shared < most && parts.every(own => own[shared] === parts[0]?.[shared])) shared++;
  const names = parts.map(own => own.slice(shared).join('/'));
  return names.map((name, index) => {
    const equal = names.flatMap((other, at) => (other === name ? [at] : []));
    return equal.length === 1 ? name : `${name} (${equal.indexOf(index) + 1})`;
  });
}

/** `a`, `a and b`, `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
