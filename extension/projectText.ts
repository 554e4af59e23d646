/** basin.json as text: made anew, or completed without touching what is there. */
import {
  applyEdits,
  type FormattingOptions,
  findNodeAtLocation,
  type JSONPath,
  modify,
  type ParseError,
  parse,
  parseTree,
  stripComments,
} from 'jsonc-parser';
import type { Split } from '../worker/results.ts';

/** What a project needs to be told. */
export type ProjectPart = 'model' | 'data';

/** What the guide found out; paths as basin.json writes them. */
export interface ProjectDraft {
  readonly model?: string;
  readonly inputs?: string;
  readonly targets?: string;
  readonly scale?: number;
  readonly loss?: string;
}

/** What a basin.json lacks; null where it is no JSON object, which only its author can mend. */
export function missingParts(text: string): readonly ProjectPart[] | null {
  const errors: ParseError[] = [];
  const content: unknown = text.trim() === '' ? {} : parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || typeof content !== 'object' || content === null || Array.isArray(content)) return null;
  const project = content as { model?: unknown; data?: { train?: unknown }; loss?: unknown };
  const loss = (project.loss as { kind?: unknown } | undefined)?.kind ?? project.loss;
  const missing: ProjectPart[] = [];
  if (project.model === undefined) missing.push('model');
  if (project.data?.train === undefined && loss !== 'output') missing.push('data');
  return missing;
}

/** What a panel shows of a basin.json before anything is computed; what is no such thing is left out. */
export function projectFacts(text: string): { readonly splits: readonly Split[]; readonly seed: number } {
  const content = parse(text, [], { allowTrailingComma: true }) as { data?: unknown; seed?: unknown } | undefined;
  const { data, seed } = content ?? {};
  const has = (split: Split): boolean => typeof data === 'object' && data !== null && Object.hasOwn(data, split);
  return {
    splits: (['train', 'test'] as const).filter(has),
    seed: Number.isSafeInteger(seed) && Number(seed) >= 0 ? Number(seed) : 0,
  };
}

/** The folder of results that a basin.json names; null where it names none. */
export function resultsNamedIn(text: string): string | null {
  const { results } = (parse(text, [], { allowTrailingComma: true }) ?? {}) as { results?: unknown };
  return typeof results === 'string' && results !== '' ? results : null;
}

/** The text with what the draft adds: comments, formatting and whatever is there already stay as they are. */
export function completeProject(text: string, draft: ProjectDraft): string {
  const train = {
    ...(draft.inputs !== undefined && { inputs: draft.inputs }),
    ...(draft.targets !== undefined && { targets: draft.targets }),
  };
  const additions: readonly [path: JSONPath, value: unknown][] = [
    [['model'], draft.model],
    [['data', 'train'], draft.inputs === undefined ? undefined : train],
    [['data', 'scale'], draft.scale],
    [['loss'], draft.loss],
  ];
  const start = text.trim() === '' ? '{}\n' : text;
  const formatting = {
    insertSpaces: !/^\t/m.test(start),
    tabSize: indentOf(start),
    eol: start.includes('\r\n') ? '\r\n' : '\n',
  };
  return additions.reduce(
    (current, [path, value]) => (value === undefined ? current : insert(current, path, value, formatting)),
    start,
  );
}

type Formatting = Required<Pick<FormattingOptions, 'insertSpaces' | 'tabSize' | 'eol'>>;

/** The text with a property, unless it has it. */
function insert(text: string, path: JSONPath, value: unknown, formatting: Formatting): string {
  const root = parseTree(text, [], { allowTrailingComma: true })!;
  if (findNodeAtLocation(root, path) !== undefined) return text;
  const parent = findNodeAtLocation(root, path.slice(0, -1));
  if (parent === undefined) return insert(text, path.slice(0, -1), { [path.at(-1)!]: value }, formatting);
  const last = parent.children?.at(-1)?.children?.[1];
  const end = last ? last.offset + last.length : 0;
  const close = parent.offset + parent.length - 1;
  const between = text.slice(end, close);
  if (last === undefined || !/\/[/*]/.test(between)) {
    return applyEdits(text, modify(text, path, value, { formattingOptions: formatting }));
  }
  // `modify` would part the last property from the comment behind it.
  const unit = formatting.insertSpaces ? ' '.repeat(formatting.tabSize) : '\t';
  const before = formatting.eol + unit.repeat(path.length - 1);
  const comma = stripComments(between).includes(',') ? '' : ',';
  const written = JSON.stringify(value, null, unit).replaceAll('\n', before + unit);
  const property = `${before}${unit}${JSON.stringify(path.at(-1))}: ${written}${before}`;
  return text.slice(0, end) + comma + between.trimEnd() + property + text.slice(close);
}

const indentOf = (text: string): number => /^( +)"/m.exec(text)?.[1]?.length ?? 2;
