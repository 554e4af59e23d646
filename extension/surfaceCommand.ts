/** The terminal line that computes a surface again. */
import { basename } from 'node:path';
import { boxOf } from '../worker/analysis/grid.ts';
import type { Provenance, SurfaceResult } from '../worker/results.ts';

/** Where the files are that a surface names, as the terminal reaches them. */
export interface CommandFiles {
  readonly checkpoint: string;
  /** The directions file, for a plane from one. */
  readonly plane?: string;
  /** The two other checkpoints of the plane `three`. */
  readonly through?: readonly string[];
  /** The checkpoint to whose filters random directions were scaled, where it is another. */
  readonly normalizedTo?: string;
}

/**
 * The words of the command that computes the same numbers: all that they depend on is spelled out, so that neither
 * another basin.json default nor another machine's devices change them.
 */
export function surfaceCommand(result: SurfaceResult, files: CommandFiles): readonly string[] {
  const { provenance, x, y } = result;
  const range = rangeOf(result);
  return [
    ...targetWords('surface', files.checkpoint, provenance),
    ...option('grid', `${x.length}x${y.length}`),
    ...option('range', range > 0 ? range : undefined),
    ...planeWords(result, files),
    ...option('statistics', provenance.mode.batchNorm === 'recomputed' ? 'recomputed' : undefined),
    ...option('out', resultFileName(result.checkpoint)),
  ];
}

/** Digits of a range that was found by dividing, which is none that anybody has typed. */
const RANGE_DIGITS = 12;

/** How far the grid goes from the origin; in a plane made of checkpoints, how many times the box that holds them it spans. */
function rangeOf({ x, y, path }: SurfaceResult): number {
  if (path === undefined) return Math.max(x.at(-1)!, y.at(-1)!);
  const box = boxOf(path);
  const shares = [(x.at(-1)! - x[0]!) / 2 / box.x.half, (y.at(-1)! - y[0]!) / 2 / box.y.half].filter(
    share => share > 0,
  );
  return Number((shares[0] ?? 0).toPrecision(RANGE_DIGITS));
}

/** How every command begins: its verb, the checkpoint, and on what it is measured. */
export const targetWords = (verb: string, checkpoint: string, provenance: Provenance): readonly string[] => [
  'basin',
  verb,
  pathWord(checkpoint),
  ...option('split', provenance.data && provenance.split),
  ...sampleWords(provenance),
];

/** A name that begins as an option does is none. */
export const pathWord = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

/** The options that say on what something is measured, whatever the split. */
export function sampleWords(provenance: Provenance): readonly string[] {
  const { parameters } = provenance;
  return [
    ...option('samples', provenance.data && provenance.samples),
    ...option('seed', provenance.seed),
    // Without patterns to leave out, those to take in may come from either side; with them, from basin.json only.
    ...(parameters.exclude.length > 0 ? [] : parameters.include.flatMap(pattern => option('parameters', pattern))),
    ...option('device', provenance.device),
    ...option('engine', secondOpinion(provenance.engine)),
  ];
}

/** An engine that has to be asked for; its name is followed by its version. */
const secondOpinion = (engine: string): string | undefined => /^(tfjs|reference)\b/.exec(engine)?.[1];

function planeWords({ plane, otherPlanes, path }: SurfaceResult, files: CommandFiles): readonly string[] {
  switch (plane.kind) {
    case 'random':
      return [
        ...option('perturb', plane.perturb),
        ...option('normalized-to', files.normalizedTo ?? plane.normalizedTo?.file),
        ...option('planes', otherPlanes && otherPlanes.length + 1),
      ];
    case 'file':
      return option('plane', files.plane ?? plane.file);
    case 'eigen':
    case 'pca':
      return option('plane', plane.kind);
    case 'three':
      // A comma parts the two names.
      return option(
        'plane',
        `three:${(files.through ?? throughOf(path)).map(file => file.replaceAll(',', '\\,')).join(',')}`,
      );
  }
}

/** The two checkpoints that the plane `three` goes through besides its own, as its path names them. */
export const throughOf = (path: SurfaceResult['path'] = []): readonly string[] =>
  path.slice(1).map(({ checkpoint }) => checkpoint.file);

/** The name that a checkpoint's result file is given: `epoch_024.basin.json`. */
export const resultFileName = (checkpoint: string): string => `${stem(checkpoint)}.basin.json`;

/** A checkpoint's file name without its extension, on whatever system it was written. */
export const stem = (checkpoint: string): string => basename(checkpoint.replaceAll('\\', '/')).replace(/\.[^.]+$/, '');

/** A value that an option takes for one would be taken for the next option where it began with a dash. */
export function option(name: string, value: string | number | undefined): readonly string[] {
  if (value === undefined) return [];
  const word = String(value);
  return word.startsWith('-') ? [`--${name}=${word}`] : [`--${name}`, word];
}

export type Shell = 'posix' | 'powershell';

/** How a shell, told by its program, takes words apart. */
export const shellOf = (program: string): Shell =>
  /(^|[\\/])(pwsh|powershell)[^\\/]*$/i.test(program) || /\\cmd\.exe$/i.test(program) ? 'powershell' : 'posix';

/** The line that a shell takes apart into these words again. */
export const commandLineOf = (words: readonly string[], shell: Shell): string =>
  words.map(shell === 'posix' ? quotePosix : quotePowerShell).join(' ');

const quotePosix = (word: string): string =>
  /^[\w/.,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** PowerShell takes typographic quotation marks for straight ones. */
const quotePowerShell = (word: string): string =>
  /^[\w/\\.:=+-]+$/.test(word) ? word : `'${word.replace(/['‘’‚‛]/g, '$&$&')}'`;

/** What the file of a checkpoint's exported analysis is called: `epoch_024-spectrum.svg`. */
export const analysisFileName = (
  { kind, checkpoint }: { kind: string; checkpoint: string },
  extension: string,
): string => `${stem(checkpoint)}-${kind}.${extension}`;
