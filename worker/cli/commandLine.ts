import { parseArgs } from 'node:util';
import { messageOf, usageError } from '../errors.ts';
import {
  type CompareRequest,
  type ConvexityRequest,
  ENGINE_NAMES,
  type InterpolateRequest,
  type LossRequest,
  type PruneRequest,
  type RunRequest,
  type SharpnessRequest,
  type SpectrumRequest,
  type Statistics,
  type SurfaceRequest,
  type Target,
  type VolumeRequest,
} from '../protocol.ts';
import { DEVICE_NAMES, PRECONDITIONER_NAMES, RUN_MEASURE_NAMES, SHARPNESS_NAMES, VOLUME_NAMES } from '../results.ts';
import { BASIN_VERSION } from '../version.ts';
import { HELP } from './help.ts';
import {
  choice,
  choices,
  defined,
  gigabytes,
  grid,
  integer,
  listOf,
  notNegative,
  placeOf,
  positive,
} from './optionValues.ts';

/** What each verb is asked for. */
interface Requests {
  readonly inspect: Target;
  readonly loss: LossRequest;
  readonly spectrum: SpectrumRequest;
  readonly sharpness: SharpnessRequest;
  readonly surface: SurfaceRequest;
  readonly convexity: ConvexityRequest;
  readonly interpolate: InterpolateRequest;
  readonly compare: CompareRequest;
  readonly volume: VolumeRequest;
  readonly run: RunRequest;
  readonly prune: PruneRequest;
  readonly devices: Readonly<Record<string, never>>;
}

type Verb = keyof Requests;

export type CommandLine = {
  readonly [V in Verb]: { readonly verb: V; readonly target: Requests[V] } & Output;
}[Verb];

interface Output {
  readonly json: boolean;
  readonly out: string | null;
  /** A file for comma-separated values, or `-` for the standard output. */
  readonly csv: string | null;
}

/** All options there are; which verb takes which is said with the verbs. */
const OPTIONS = {
  project: { type: 'string' },
  split: { type: 'string' },
  samples: { type: 'string' },
  seed: { type: 'string' },
  parameters: { type: 'string', multiple: true },
  threads: { type: 'string' },
  device: { type: 'string' },
  engine: { type: 'string' },
  memory: { type: 'string' },
  store: { type: 'string' },
  json: { type: 'boolean' },
  out: { type: 'string' },
  csv: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  statistics: { type: 'string' },
  gradient: { type: 'boolean' },
  top: { type: 'string' },
  smallest: { type: 'string' },
  operator: { type: 'string' },
  tolerance: { type: 'string' },
  trace: { type: 'boolean' },
  density: { type: 'boolean' },
  'by-tensor': { type: 'boolean' },
  along: { type: 'string' },
  measures: { type: 'string' },
  epsilon: { type: 'string' },
  rho: { type: 'string' },
  rescaling: { type: 'boolean' },
  budget: { type: 'string' },
  grid: { type: 'string' },
  range: { type: 'string' },
  plane: { type: 'string' },
  perturb: { type: 'string' },
  'normalized-to': { type: 'string' },
  planes: { type: 'string' },
  points: { type: 'string' },
  beyond: { type: 'string' },
  baseline: { type: 'string' },
  volumes: { type: 'string' },
  directions: { type: 'string' },
  basin: { type: 'string' },
  cutoff: { type: 'string' },
  preconditioner: { type: 'string' },
  sigma: { type: 'string' },
  sensitivity: { type: 'boolean' },
  initializations: { type: 'string' },
  positive: { type: 'string' },
  older: { type: 'string' },
  remove: { type: 'boolean' },
} as const;

type OptionName = keyof typeof OPTIONS;
type Values = ReturnType<typeof parse>['values'];

/** Of every verb. */
const OUTPUT: readonly OptionName[] = ['json', 'out'];

/** How a checkpoint's objective is made and computed. */
const OBJECTIVE = [
  'project',
  'samples',
  'seed',
  'parameters',
  'threads',
  'device',
  'engine',
  'memory',
] as const satisfies readonly OptionName[];

/** Of verbs about one split. */
const TARGET: readonly OptionName[] = [...OBJECTIVE, 'split'];

/** What stands after a verb, before or between the options. */
interface Operands {
  /** What one of them is, and how the usage writes it. */
  readonly what: string;
  readonly example: string;
  readonly least: number;
  readonly most: number;
}

const CHECKPOINT: Operands = { what: 'checkpoint', example: 'FILE', least: 1, most: 1 };
const TWO_CHECKPOINTS: Operands = { what: 'checkpoint', example: 'FILE', least: 2, most: 2 };
const FOLDER: Operands = { what: 'folder of checkpoints', example: 'FOLDER', least: 1, most: 1 };
const CHECKPOINTS: Operands = { what: 'checkpoint', example: 'FILE', least: 2, most: Number.POSITIVE_INFINITY };
const NOTHING: Operands = { what: 'checkpoint', example: 'FILE', least: 0, most: 0 };

/** How a verb is asked for. */
interface Syntax<Request> {
  readonly operands: Operands;
  /** Besides `OUTPUT`. */
  readonly options: readonly OptionName[];
  /** @param operands as many as there must be. */
  request(values: Values, operands: readonly string[]): Request;
}

const VERBS: { readonly [V in Verb]: Syntax<Requests[V]> } = {
  inspect: {
    operands: CHECKPOINT,
    options: TARGET,
    request: targetOf,
  },
  loss: {
    operands: CHECKPOINT,
    options: [...TARGET, 'statistics', 'gradient'],
    request: (values, operands) => ({
      ...targetOf(values, operands),
      ...statisticsOf(values),
      ...defined('gradient', values.gradient),
    }),
  },
  spectrum: {
    operands: CHECKPOINT,
    options: [...TARGET, 'top', 'smallest', 'operator', 'tolerance', 'trace', 'density', 'by-tensor', 'along', 'store'],
    request: (values, operands) => ({
      ...targetOf(values, operands),
      ...defined('largest', integer('top', values.top, 0)),
      ...defined('smallest', integer('smallest', values.smallest, 0)),
      ...defined('operator', choice('operator', values.operator, ['hessian', 'ggn'] as const)),
      ...defined('tolerance', positive('tolerance', values.tolerance)),
      ...defined('trace', values.trace),
      ...defined('density', values.density),
      ...defined('byTensor', values['by-tensor']),
      ...defined('along', integer('along', values.along, 0)),
      ...defined('store', values.store),
    }),
  },
  sharpness: {
    operands: CHECKPOINT,
    options: [...TARGET, 'measures', 'epsilon', 'rho', 'rescaling', 'store'],
    request: (values, operands) => ({
      ...targetOf(values, operands),
      ...defined('measures', choices('measures', values.measures, SHARPNESS_NAMES)),
      ...defined(
        'epsilons',
        listOf('epsilon', values.epsilon)?.map(word => positive('epsilon', word)!),
      ),
      ...defined('rho', positive('rho', values.rho)),
      ...defined('rescaling', values.rescaling),
      ...defined('store', values.store),
    }),
  },
  surface: {
    operands: CHECKPOINT,
    options: [
      ...TARGET,
      'statistics',
      'grid',
      'budget',
      'range',
      'plane',
      'perturb',
      'normalized-to',
      'planes',
      'store',
    ],
    request(values, operands) {
      const request = {
        ...targetOf(values, operands),
        ...statisticsOf(values),
        ...planeOf(values),
        ...defined('normalizedTo', values['normalized-to']),
        ...defined('budgetSeconds', positive('budget', values.budget)),
        ...defined('planes', integer('planes', values.planes, 1)),
        ...defined('store', values.store),
      };
      if (values.grid !== undefined && values.budget !== undefined) {
        throw usageError('--grid and --budget both choose the grid; give one of them.');
      }
      return request;
    },
  },
  convexity: {
    operands: CHECKPOINT,
    options: [...TARGET, 'grid', 'range', 'plane', 'perturb'],
    request: (values, operands) => ({ ...targetOf(values, operands), ...planeOf(values) }),
  },
  interpolate: {
    operands: TWO_CHECKPOINTS,
    options: [...OBJECTIVE, 'points', 'beyond', 'store'],
    request: (values, [checkpoint, other]) => ({
      checkpoint: checkpoint!,
      other: other!,
      ...objectiveOf(values),
      ...defined('points', integer('points', values.points, 3)),
      ...defined('beyond', notNegative('beyond', values.beyond)),
      ...defined('store', values.store),
    }),
  },
  compare: {
    operands: CHECKPOINTS,
    options: [...OBJECTIVE, 'measures', 'sigma', 'top', 'baseline', 'store'],
    request: (values, checkpoints) => ({
      checkpoints,
      ...objectiveOf(values),
      ...runMeasuresOf(values),
      ...defined('largest', integer('top', values.top, 0)),
      ...defined('baseline', placeOf('baseline', values.baseline, checkpoints)),
      ...defined('store', values.store),
    }),
  },
  volume: {
    operands: CHECKPOINT,
    options: [
      ...TARGET,
      'volumes',
      'directions',
      'basin',
      'cutoff',
      'preconditioner',
      'sigma',
      'sensitivity',
      'initializations',
      'points',
      'positive',
      'store',
    ],
    request: (values, operands) => ({
      ...targetOf(values, operands),
      ...defined('volumes', choices('volumes', values.volumes, VOLUME_NAMES)),
      ...defined('directions', integer('directions', values.directions, 2)),
      ...defined('basin', choice('basin', values.basin, ['kl', 'loss'] as const)),
      ...defined('cutoff', positive('cutoff', values.cutoff)),
      ...defined('preconditioner', choice('preconditioner', values.preconditioner, PRECONDITIONER_NAMES)),
      ...defined('sigma', positive('sigma', values.sigma)),
      ...defined('sensitivity', values.sensitivity),
      ...defined('initializations', integer('initializations', values.initializations, 1)),
      ...defined('points', integer('points', values.points, 2)),
      ...defined(
        'positive',
        listOf('positive', values.positive)?.map(word => integer('positive', word, 0)!),
      ),
      ...defined('store', values.store),
    }),
  },
  run: {
    operands: FOLDER,
    options: [...OBJECTIVE, 'measures', 'sigma', 'budget', 'store', 'csv'],
    request: (values, [folder]) => ({
      folder: folder!,
      ...objectiveOf(values),
      ...runMeasuresOf(values),
      ...defined('budgetSeconds', positive('budget', values.budget)),
      ...defined('store', values.store),
    }),
  },
  devices: { operands: NOTHING, options: [], request: () => ({}) },
  prune: {
    operands: NOTHING,
    options: ['project', 'older', 'remove', 'store'],
    request: values => ({
      ...defined('projects', values.project === undefined ? undefined : [values.project]),
      ...defined('olderDays', integer('older', values.older, 0)),
      ...defined('remove', values.remove),
      ...defined('store', values.store),
    }),
  },
};

/**
 * Understands the words after `basin`.
 * @returns the command, or a text to print instead.
 * Throws `usage` where they mean nothing.
 */
export function parseCommandLine(words: string[]): CommandLine | { readonly text: string } {
  const { values, positionals } = parse(words);
  if (values.version) return { text: `${BASIN_VERSION}\n` };
  if (values.help || words.length === 0) return { text: HELP };

  const [verb, ...operands] = positionals;
  if (!isVerb(verb)) {
    throw usageError(`There is no verb "${verb}"; use one of ${Object.keys(VERBS).join(', ')}.`);
  }
  const syntax = VERBS[verb];
  checkOperands(verb, syntax.operands, operands);
  checkOptions(verb, syntax, values);
  const output: Output = { json: values.json ?? false, out: values.out ?? null, csv: values.csv ?? null };
  if (output.json && output.csv === '-') {
    throw usageError('--json and --csv - both print; give --csv a file, or leave one of them out.');
  }
  // The table pairs every verb with its own request, which the compiler does not follow through a variable.
  return { verb, target: syntax.request(values, operands), ...output } as CommandLine;
}

function parse(words: string[]) {
  const args = withNegativeNumbers(words);
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    const option = /^Option '(?:-\w, )?(--[\w-]+)' argument is ambiguous/.exec(messageOf(error))?.[1];
    if (option !== undefined) {
      const value = args[args.indexOf(option) + 1];
      throw usageError(
        `${option} has no value, as ${value} begins with a dash; give one, or write ${option}=${value} where that is meant.`,
      );
    }
    throw usageError(`${messageOf(error)}${/[.!]$/.test(messageOf(error)) ? '' : '.'} See basin --help.`);
  }
}

/** A negative number after an option is its value, which the option itself judges; `parseArgs` takes it for another option. */
function withNegativeNumbers(words: readonly string[]): string[] {
  const args: string[] = [];
  const end = words.indexOf('--');
  for (const [index, word] of words.entries()) {
    const isAfterOption = takesValue(words[index - 1]) && (end < 0 || index < end);
    if (isAfterOption && /^-\.?\d/.test(word)) args.push(`${args.pop()}=${word}`);
    else args.push(word);
  }
  return args;
}

function takesValue(word: string | undefined): boolean {
  const name = word?.startsWith('--') ? word.slice(2) : '';
  return Object.hasOwn(OPTIONS, name) && OPTIONS[name as OptionName].type === 'string';
}

const isVerb = (word: string | undefined): word is Verb => word !== undefined && Object.hasOwn(VERBS, word);

const COUNTS = ['no', 'one', 'two'];

/** Throws `usage` where there are too few or too many. */
function checkOperands(verb: Verb, { what, example, least, most }: Operands, operands: readonly string[]): void {
  const excess = operands[most];
  if (excess !== undefined && most === 0) throw usageError(`basin ${verb} takes no ${what}; leave "${excess}" out.`);
  const plural = (count: number): string => (count === 1 ? what : `${what}s`);
  if (excess !== undefined) {
    throw usageError(`basin ${verb} takes ${COUNTS[most]} ${plural(most)}; "${excess}" is one too many.`);
  }
  if (operands.length >= least) return;
  const wanted = least === 1 ? `a ${what}` : `${COUNTS[least]}${most > least ? ' or more' : ''} ${plural(least)}`;
  const usage = [...Array(least).fill(example), ...(most > least ? ['…'] : [])].join(' ');
  throw usageError(`basin ${verb} needs ${wanted}: basin ${verb} ${usage}.`);
}

/** Why a verb about checkpoints does not take what others take. */
const REFUSED: Partial<Record<OptionName, string>> = {
  split: 'it measures on both',
  statistics: 'loss and surface do, whose numbers need no derivatives of the statistics',
};

/** Throws `usage` where there is one that the verb does not take. */
function checkOptions(verb: Verb, { operands, options }: Syntax<unknown>, values: Values): void {
  const foreign = Object.keys(values).find(name => ![...OUTPUT, ...options].includes(name as OptionName));
  if (foreign === undefined) return;
  const reason = operands === NOTHING ? undefined : REFUSED[foreign as OptionName];
  throw usageError(`basin ${verb} takes no --${foreign}${reason === undefined ? '' : `; ${reason}`}.`);
}

function targetOf(values: Values, [checkpoint]: readonly string[]): Target {
  return {
    checkpoint: checkpoint!,
    ...objectiveOf(values),
    ...defined('split', choice('split', values.split, ['train', 'test'] as const)),
  };
}

function objectiveOf(values: Values): Omit<Target, 'checkpoint' | 'split'> {
  return {
    ...defined('project', values.project),
    ...defined('samples', integer('samples', values.samples, 1)),
    ...defined('seed', integer('seed', values.seed, 0)),
    ...defined('parameters', values.parameters),
    ...defined('threads', integer('threads', values.threads, 1)),
    ...defined('device', choice('device', values.device, ['auto', ...DEVICE_NAMES] as const)),
    ...defined('engine', choice('engine', values.engine, ['auto', ...ENGINE_NAMES] as const)),
    ...defined('memoryBytes', gigabytes(values.memory)),
  };
}

/** What is measured of a run's checkpoints; a prior is one of volumes, which nobody measures without being asked. */
function runMeasuresOf(values: Values): Pick<RunRequest, 'measures' | 'sigma'> {
  const measures = choices('measures', values.measures, RUN_MEASURE_NAMES);
  const sigma = positive('sigma', values.sigma);
  if (sigma !== undefined && !measures?.includes('log-volume')) {
    throw usageError('--sigma is the prior of volumes; ask for them with --measures log-volume, or leave it out.');
  }
  return { ...defined('measures', measures), ...defined('sigma', sigma) };
}

const statisticsOf = (values: Values): Statistics =>
  defined('statistics', choice('statistics', values.statistics, ['held', 'recomputed'] as const));

function planeOf(values: Values): Pick<SurfaceRequest, 'grid' | 'range' | 'plane' | 'through' | 'perturb'> {
  return {
    ...defined('grid', grid(values.grid)),
    ...defined('range', positive('range', values.range)),
    ...planeNamed(values.plane),
    ...defined('perturb', choice('perturb', values.perturb, ['weights', 'all'] as const)),
  };
}

/** The plane's name; after `three:` two paths, in which a comma that belongs to a name has a backslash before it. */
function planeNamed(word: string | undefined): Pick<SurfaceRequest, 'plane' | 'through'> {
  if (word === undefined || !/^three(:|$)/.test(word)) return defined('plane', word);
  const paths = word
    .slice('three:'.length)
    .split(/(?<!\\),/)
    .map(path => path.replaceAll('\\,', ','));
  const [first = '', second = '', ...others] = paths;
  if (first === '' || second === '' || others.length > 0) {
    throw usageError(
      `--plane ${word} names no two checkpoints; write --plane three:FILE,FILE, and \\, for a comma in a name.`,
    );
  }
  return { plane: 'three', through: [first, second] };
}
