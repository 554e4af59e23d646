import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import schema from '../media/basin.schema.json' with { type: 'json' };
import type { Layout } from './data/layout.ts';
import { inputError, messageOf } from './errors.ts';
import { permittedPath } from './io/access.ts';
import type { ParameterFilter } from './model/parameterFilter.ts';
import type { LossSettings } from './objective/loss.ts';
import type { Split } from './results.ts';

/** The data of a split, as basin.json names it. */
export interface SplitData {
  readonly inputs: string | Readonly<Record<string, string>>;
  readonly targets?: string;
  readonly rows?: readonly [number, number];
}

/** basin.json with its defaults filled in. */
export interface Project {
  /** Path of basin.json. */
  readonly file: string;
  /** What its paths are relative to. */
  readonly directory: string;
  /** `null` where basin.json names none, so that checkpoints must bring their architecture along. */
  readonly model: string | null;
  readonly runs: readonly string[];
  /** The folder of results; `null` where basin.json names none. */
  readonly results: string | null;
  readonly data: Partial<Record<Split, SplitData>>;
  readonly inputFormat: {
    readonly layout?: Layout;
    readonly scale?: number;
    readonly mean?: readonly number[];
    readonly std?: readonly number[];
  };
  readonly loss: LossSettings;
  /** Whether basin.json names the loss; otherwise one that an architecture was compiled with comes before the default. */
  readonly namesLoss: boolean;
  readonly parameters: ParameterFilter;
  /** Patterns of the model's tensors that no checkpoint has and that keep the model's own values. */
  readonly constants: readonly string[];
  readonly samples: number;
  readonly order: 'first' | 'seeded';
  readonly seed: number;
}

export const PROJECT_FILE = 'basin.json';
const DEFAULT_SAMPLES = 2000;

/** basin.json as it stands in the file, once the schema has passed it. */
interface ProjectFile {
  readonly model?: string;
  readonly runs?: readonly string[];
  readonly results?: string;
  readonly data?: Partial<Record<Split, SplitData>> & Project['inputFormat'];
  readonly loss?: LossSettings['kind'] | LossSettings;
  readonly parameters?: Partial<ParameterFilter>;
  readonly constants?: readonly string[];
  readonly samples?: number;
  readonly order?: 'first' | 'seeded';
  readonly seed?: number;
}

const validate = new Ajv({ allErrors: true }).compile<ProjectFile>(schema);

/**
 * Finds and reads basin.json.
 * @param given basin.json or its folder; absent: looked for beside the checkpoint and upwards.
 * Throws `input` where there is none or its content is wrong.
 */
export async function openProject(checkpoint: string, given?: string): Promise<Project> {
  return readProject(given === undefined ? await findProject(checkpoint) : await projectFile(given));
}

async function projectFile(given: string): Promise<string> {
  const path = resolve(given);
  const found = await stat(path).catch(() => null);
  if (!found) throw inputError(`${given}: there is no such file or folder; --project takes basin.json or its folder.`);
  return found.isDirectory() ? join(path, PROJECT_FILE) : path;
}

async function findProject(checkpoint: string): Promise<string> {
  // A folder that is a checkpoint may hold it too; nothing lies in a file.
  for (let directory = resolve(checkpoint); ; directory = dirname(directory)) {
    const file = join(directory, PROJECT_FILE);
    if (await stat(file).catch(() => null)) return file;
    if (directory === dirname(directory)) break;
  }
  throw inputError(
    `${basename(checkpoint)}: neither its folder nor any above it has a basin.json, which says what model and data belong to it; add one, or name it with --project.`,
  );
}

/** A file's path relative to basin.json's folder, which is the same on every machine, where it lies inside. */
export function nameInProject(project: Project, file: string): string {
  const path = relative(project.directory, resolve(file));
  return path.startsWith('..') || isAbsolute(path) ? file : path.split(sep).join('/');
}

/** Reads and checks basin.json; comments are allowed. */
export async function readProject(file: string): Promise<Project> {
  const text = await readFile(permittedPath(file), 'utf8').catch(error => {
    throw inputError(`${file}: cannot be read (${messageOf(error)}).`, error);
  });
  const content = parseJson(file, text);
  if (!validate(content)) throw inputError(`${file}: ${explain(validate.errors ?? [])}`);
  const { train, test, ...inputFormat } = content.data ?? {};
  return {
    file,
    directory: dirname(file),
    model: content.model ?? null,
    runs: content.runs ?? [],
    results: content.results ?? null,
    data: { ...(train && { train }), ...(test && { test }) },
    inputFormat,
    loss: typeof content.loss === 'object' ? content.loss : { kind: content.loss ?? 'cross-entropy' },
    namesLoss: content.loss !== undefined,
    parameters: { include: [], exclude: [], ...content.parameters },
    constants: content.constants ?? [],
    samples: content.samples ?? DEFAULT_SAMPLES,
    order: content.order ?? 'first',
    seed: content.seed ?? 0,
  };
}

function parseJson(file: string, text: string): unknown {
  const errors: ParseError[] = [];
  try {
    // Some editors begin files with a byte order mark.
    const content: unknown = parse(text.replace(/^\ufeff/, ''), errors, { allowTrailingComma: true });
    const [first] = errors;
    if (!first) return content;
    const line = text.slice(0, first.offset).split('\n').length;
    throw inputError(`${file}: line ${line} is not JSON (${printParseErrorCode(first.error)}).`);
  } catch (error) {
    if (error instanceof RangeError) throw inputError(`${file}: is nested too deeply to be read; mend it.`, error);
    throw error;
  }
}

/** The likeliest of what the schema objects to, as a sentence. */
function explain(errors: readonly ErrorObject[]): string {
  const [error] = errors.toSorted((a, b) => rank(b) - rank(a));
  if (!error) return 'it does not fit its schema.';
  const where = error.instancePath.slice(1).replaceAll('/', '.');
  const place = where ? `"${where}"` : 'the file';
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties':
      return `${place} has no property "${params.additionalProperty}"; see the README for those it has.`;
    case 'required':
      return `${place} lacks "${params.missingProperty}".`;
    case 'false schema':
      return `${place} belongs to the loss cross-entropy only.`;
    case 'enum':
      return `${place} must be one of ${params.allowedValues.join(', ')}.`;
    default:
      return `${place} ${error.message}.`;
  }
}

/** Where a value may be of several forms, each objects for itself; what lies deepest is about the form that was meant. */
function rank({ keyword, instancePath }: ErrorObject): number {
  if (keyword === 'anyOf' || keyword === 'if') return -1;
  const depth = instancePath.split('/').length;
  return depth + (DECISIVE.has(keyword) ? DECISIVE_RANK : 0);
}

/** Objections that tell the form. */
const DECISIVE: ReadonlySet<string> = new Set(['additionalProperties', 'false schema', 'required']);
const DECISIVE_RANK = 0.5;
