import { parseArgs } from 'node:util';
import { messageOf, usageError } from '../errors.ts';
import type { GridSize, SurfaceRequest, Target } from '../protocol.ts';
import { DEVICE_NAMES } from '../results.ts';
import { BASIN_VERSION } from '../version.ts';

export const HELP = `basin – what kind of minimum is this checkpoint in?

Usage: basin <verb> <checkpoint> [options]
       basin devices [--json] [--out FILE]

Verbs
  inspect   list the checkpoint's tensors and what each is in the model
  loss      mean loss and accuracy on the sample
  surface   the loss on a grid of a plane through the checkpoint
  devices   where this machine can compute: each device with the reason and the remedy

Options
  --project FILE|FOLDER   basin.json or its folder (default: beside the checkpoint and upwards)
  --split train|test      which data (default train)
  --samples N             how many rows (default: basin.json's, else 2000)
  --seed N                seed of the random directions (default: basin.json's, else 0)
  --parameters GLOB       vary only parameters of such a name, * for any characters; may be given again
  --threads N             processor threads (default: all)
  --device NAME           cpu, webgpu, cuda, dml or coreml (default auto: a GPU where one can be used, else cpu)
  --engine NAME           onnxruntime (default auto, which is that)
  --memory GB             memory the computation may take (default: half of the machine's)
  --json                  print one JSON document
  --out FILE              also write that document to a file

Options of surface
  --grid N|COLUMNSxROWS   cells (default 51)
  --budget SECONDS        instead of --grid: the finest grid that takes about so long
  --range R               from -R to R along both directions (default 1)
  --plane random|FILE     random filter-normalised directions (default), or an .npz with x/<parameter>, y/<parameter>
  --perturb weights|all   what random directions move: weights only (default), or biases and normalisation too

  --help, --version

Exit status: 0 done, 1 the computation failed, 2 wrong usage or input, 130 interrupted (what was finished is printed).
`;

interface Output {
  readonly json: boolean;
  readonly out: string | null;
}

export type CommandLine = Output &
  (
    | { readonly verb: 'inspect' | 'loss'; readonly target: Target }
    | { readonly verb: 'surface'; readonly target: SurfaceRequest }
    | { readonly verb: 'devices' }
  );

const OUTPUT = {
  json: { type: 'boolean' },
  out: { type: 'string' },
} as const;

const COMMON = {
  project: { type: 'string' },
  split: { type: 'string' },
  samples: { type: 'string' },
  seed: { type: 'string' },
  parameters: { type: 'string', multiple: true },
  threads: { type: 'string' },
  device: { type: 'string' },
  engine: { type: 'string' },
  memory: { type: 'string' },
  ...OUTPUT,
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const SURFACE = {
  grid: { type: 'string' },
  budget: { type: 'string' },
  range: { type: 'string' },
  plane: { type: 'string' },
  perturb: { type: 'string' },
} as const;

/** Options that only some verbs take. */
const OWN_OPTIONS: Readonly<Record<CommandLine['verb'], readonly string[]>> = {
  inspect: [],
  loss: [],
  surface: Object.keys(SURFACE),
  devices: [],
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

  const [verb, checkpoint, ...rest] = positionals;
  if (!isVerb(verb)) {
    throw usageError(`There is no verb "${verb}"; use one of ${Object.keys(OWN_OPTIONS).join(', ')}.`);
  }
  const output: Output = { json: values.json ?? false, out: values.out ?? null };
  if (verb === 'devices') {
    if (checkpoint !== undefined) throw usageError(`basin devices takes no checkpoint; leave "${checkpoint}" out.`);
    const other = Object.keys(values).find(name => !(name in OUTPUT));
    if (other) throw usageError(`basin devices takes no --${other}.`);
    return { verb, ...output };
  }
  if (checkpoint === undefined) throw usageError(`basin ${verb} needs a checkpoint: basin ${verb} FILE.`);
  if (rest.length > 0) throw usageError(`basin ${verb} takes one checkpoint; "${rest[0]}" is one too many.`);
  const foreign = Object.keys(values).find(name => name in SURFACE && !OWN_OPTIONS[verb].includes(name));
  if (foreign) throw usageError(`basin ${verb} takes no --${foreign}.`);

  const target: Target = {
    checkpoint,
    ...defined('project', values.project),
    ...defined('split', choice('split', values.split, ['train', 'test'] as const)),
    ...defined('samples', integer('samples', values.samples, 1)),
    ...defined('seed', integer('seed', values.seed, 0)),
    ...defined('parameters', values.parameters),
    ...defined('threads', integer('threads', values.threads, 1)),
    ...defined('device', choice('device', values.device, ['auto', ...DEVICE_NAMES] as const)),
    ...defined('engine', choice('engine', values.engine, ['auto', 'onnxruntime'] as const)),
    ...defined('memoryBytes', gigabytes(values.memory)),
  };
  if (verb !== 'surface') return { verb, target, ...output };
  if (values.grid !== undefined && values.budget !== undefined) {
    throw usageError('--grid and --budget both choose the grid; give one of them.');
  }
  const request: SurfaceRequest = {
    ...target,
    ...defined('grid', grid(values.grid)),
    ...defined('budgetSeconds', positive('budget', values.budget)),
    ...defined('range', positive('range', values.range)),
    ...defined('plane', values.plane),
    ...defined('perturb', choice('perturb', values.perturb, ['weights', 'all'] as const)),
  };
  return { verb, target: request, ...output };
}

function parse(words: string[]) {
  try {
    return parseArgs({ args: words, options: { ...COMMON, ...SURFACE }, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(`${messageOf(error)}${/[.!]$/.test(messageOf(error)) ? '' : '.'} See basin --help.`);
  }
}

const isVerb = (word: string | undefined): word is CommandLine['verb'] =>
  word !== undefined && Object.hasOwn(OWN_OPTIONS, word);

/** The property, where it has a value. */
const defined = <K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, V>);

function choice<T extends string>(option: string, word: string | undefined, allowed: readonly T[]): T | undefined {
  if (word === undefined) return undefined;
  const found = allowed.find(one => one === word);
  if (!found) throw usageError(`--${option} ${word} is none of ${allowed.join(', ')}.`);
  return found;
}

function integer(option: string, word: string | undefined, least: number): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  if (word.trim() === '' || !Number.isSafeInteger(value) || value < least) {
    throw usageError(`--${option} ${word} is no whole number of ${least} or more.`);
  }
  return value;
}

function positive(option: string, word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  if (!Number.isFinite(value) || value <= 0) throw usageError(`--${option} ${word} is no number above 0.`);
  return value;
}

function gigabytes(word: string | undefined): number | undefined {
  const value = positive('memory', word);
  return value === undefined ? undefined : value * 2 ** 30;
}

function grid(word: string | undefined): GridSize | undefined {
  if (word === undefined) return undefined;
  const [, columns, rows] = /^(\d+)(?:x(\d+))?$/.exec(word) ?? [];
  if (!columns) throw usageError(`--grid ${word} is no size; write 51 or 51x31 (columns x rows).`);
  return { columns: Number(columns), rows: Number(rows ?? columns) };
}
