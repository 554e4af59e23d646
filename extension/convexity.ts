import type { ConvexityOptions } from '../webview/messages.ts';
import { csv, type Field } from '../worker/csv.ts';
import type { ConvexityRequest } from '../worker/protocol.ts';
import type { ConvexityResult } from '../worker/results.ts';
import type { AnalysisKind, Kept } from './analysis.ts';
import { analysisFileName, option, targetWords } from './surfaceCommand.ts';
import { requestOfPlane } from './surfaceOptions.ts';

/** What is mapped until someone chooses; the page takes the landscape's own plane and split instead. */
export const defaultConvexityOptions: ConvexityOptions = {
  plane: { kind: 'random', seed: 0, planes: 1, perturb: 'weights' },
  split: 'train',
  columns: 11,
  rows: 11,
  range: 1,
};

/** The request for a checkpoint's convexity map. */
export const convexityRequestOf = (
  checkpoint: string,
  { plane, split, columns, rows, range }: ConvexityOptions,
): ConvexityRequest => ({ checkpoint, split, grid: { columns, rows }, range, ...requestOfPlane(plane) });

export const convexityKind: AnalysisKind<'convexity'> = {
  name: 'convexity',
  noun: 'convexity map',
  again: 'begins anew',
  proposed: defaultConvexityOptions,
  compute: (engine, checkpoint, options, onPartial, signal) =>
    engine.convexity(convexityRequestOf(checkpoint, options), onPartial, signal),
  command: convexityCommand,
  csv: convexityCsv,
};

export function convexityCommand({ options, result }: Kept<'convexity'>, checkpoint: string): readonly string[] {
  const { plane, columns, rows, range } = options;
  return [
    ...targetWords('convexity', checkpoint, result.provenance),
    ...option('grid', `${columns}x${rows}`),
    ...option('range', range),
    ...(plane.kind === 'random' ? option('perturb', plane.perturb) : []),
    ...(plane.kind === 'random' ? [] : option('plane', plane.kind === 'file' ? plane.file : 'eigen')),
    ...option('out', analysisFileName(result, 'json')),
  ];
}

const heading = [
  'x',
  'y',
  'ratio',
  'largest',
  'largest_residual',
  'largest_converged',
  'smallest',
  'smallest_residual',
  'smallest_converged',
] as const;

/** A convexity map as comma-separated values, a line a cell that was computed. */
export function convexityCsv({ x, y, ratio, largest, smallest }: ConvexityResult): string {
  const rows = y.flatMap((atY, row) =>
    x.flatMap((atX, column): (readonly Field[])[] => {
      const value = ratio[row]?.[column] ?? null;
      if (value === null) return [];
      const ends = [largest, smallest].flatMap(table => {
        const end = table[row]?.[column];
        return end && end !== 'NaN' ? [end.value, end.residual, end.converged] : [null, null, null];
      });
      return [[atX, atY, value, ...ends]];
    }),
  );
  return csv(heading, rows);
}
