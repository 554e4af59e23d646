/**
 * Finds where in a training script the export belongs, and what its model and DataLoader are called. A light look at the
 * text, line by line: what it gets wrong the user sees, and mends while going through the snippet's stops.
 */
import type { BatchKind } from './exportSnippet.ts';

export interface ExportPlace {
  /** The line before which the lines are inserted, counted from 0. */
  readonly line: number;
  /** What each of them begins with. */
  readonly indentation: string;
  readonly model: string;
  readonly loader: string;
  readonly kind: BatchKind;
}

/** The place in a script; null where it has no model that can be told from the text. */
export function findExportPlace(script: string): ExportPlace | null {
  const lines = withoutStrings(script).split(/\r?\n/);
  const defined = findModel(lines);
  if (defined === null) return null;
  const block = blockOf(lines, defined.line);
  return {
    line: endOf(lines, block, depthOf(lines[defined.line]!)),
    indentation: indentationOf(lines[defined.line]!),
    model: defined.name,
    loader: findLoader(lines, block) ?? 'train_loader',
    kind: usesDictionaries(lines) ? 'dictionaries' : 'pairs',
  };
}

/** Lines [from, to) of one scope. */
interface Block {
  readonly from: number;
  readonly to: number;
}

const likelyModels = ['model', 'net', 'network', 'classifier', 'encoder'];

/**
 * The variable that holds the model: one whose parameters an optimiser gets, else one of a usual name. A name may be
 * assigned several times (`model = model.to(device)`); the first tells the scope.
 */
function findModel(lines: readonly string[]): { name: string; line: number } | null {
  const optimized = lines.flatMap(line =>
    [...line.matchAll(/\b([A-Za-z_]\w*)\.parameters\(\)/g)].map(found => found[1]!),
  );
  for (const name of [...optimized, ...likelyModels]) {
    const line = lines.findIndex(candidate => new RegExp(`^\\s*${name}\\s*(:[^=]+)?=[^=]`).test(candidate));
    if (line >= 0) return { name, line };
  }
  return null;
}

/** The lines around one that are indented as far or farther: a function's body, or the whole of a script. */
function blockOf(lines: readonly string[], line: number): Block {
  const depth = depthOf(lines[line]!);
  const ends = (candidate: string): boolean => candidate.trim() !== '' && depthOf(candidate) < depth;
  const before = lines.slice(0, line).findLastIndex(ends);
  const after = lines.findIndex((candidate, index) => index > line && ends(candidate));
  return { from: before + 1, to: after < 0 ? lines.length : after };
}

/** The end of a block, before the `return` that ends it and the blank lines around. */
function endOf(lines: readonly string[], { from, to }: Block, depth: number): number {
  const isBlank = (index: number): boolean => lines[index]!.trim() === '';
  let end = to;
  const trim = (): void => {
    while (end > from && isBlank(end - 1)) end--;
  };
  trim();
  const returning = lines.slice(from, end).findLastIndex(line => /^\s*return\b/.test(line) && depthOf(line) === depth);
  if (returning >= 0) end = from + returning;
  trim();
  return end;
}

/** A DataLoader of the block: of several, the one for training, else the first. */
function findLoader(lines: readonly string[], { from, to }: Block): string | null {
  const own = lines.slice(from, to).filter(line => !/^\s*(def|class)\b/.test(line));
  const built = own.flatMap(line => /^\s*([A-Za-z_]\w*)\s*(?::[^=]+)?=.*\bDataLoader\(/.exec(line)?.[1] ?? []);
  const named = own.flatMap(line => line.match(/\b[A-Za-z_]*(?:loader|dataloader|_dl)\b/g) ?? []);
  const names = [...built, ...named];
  return names.find(name => /train/i.test(name)) ?? names[0] ?? null;
}

/** Whether batches are taken apart by name, as token models' are. */
const usesDictionaries = (lines: readonly string[]): boolean =>
  lines.some(line => /\[["']labels["']\]|\*\*batch\b|\binput_ids\b/.test(line));

/** The text with the contents of longer strings and of comments left out, so that no word in them counts; lines stay. */
function withoutStrings(script: string): string {
  return script
    .replace(/("""|''')[\s\S]*?\1/g, found => '\n'.repeat(found.split('\n').length - 1))
    .replace(/^\s*#.*$/gm, '');
}

const indentationOf = (line: string): string => /^\s*/.exec(line)![0];

/** A tab counts as far as Python lets it: to the next multiple of eight. */
const depthOf = (line: string): number => indentationOf(line).replaceAll('\t', '        ').length;
