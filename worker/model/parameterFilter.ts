/** Which of a checkpoint's parameters are varied, by patterns of their names in which `*` stands for any characters. */
export interface ParameterFilter {
  /** Empty: all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Whether the filter selects a parameter; no filter selects all. */
export function selects(filter: ParameterFilter | undefined, name: string): boolean {
  if (!filter) return true;
  return (filter.include.length === 0 || matchesAny(filter.include, name)) && !matchesAny(filter.exclude, name);
}

/** Whether a name fits one of the patterns. */
export const matchesAny = (patterns: readonly string[], name: string): boolean =>
  patterns.some(pattern => matchesGlob(pattern, name));

/** Walks both texts once with one place to return to, so that no pattern takes long (as a regular expression could). */
function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      resume = index;
    } else if (pattern[at] === text[index] || pattern[at] === '?') {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
