/** The terminal lines that compute a comparison as the panel shows it. */
import type { CompareExportKind, ComparePanelState } from '../webview/compare/messages.ts';
import type { ComparedFile } from './comparison.ts';
import { volumeWords } from './runCommand.ts';
import { option, pathWord, sampleWords, stem, surfaceCommand } from './surfaceCommand.ts';

/**
 * The words of each command: that of the measures, with the pinned checkpoint as baseline, then those of the landscapes and
 * of the straight line that were computed. What nothing was measured of is measured with the projects' own settings.
 */
export function compareCommands(
  { measures, surfaces, interpolation, options }: ComparePanelState,
  checkpoints: readonly ComparedFile[],
  baseline: number,
): readonly (readonly string[])[] {
  const paths = checkpoints.map(({ path }) => path);
  const provenances = measures.result?.checkpoints.flatMap(({ provenance }) => provenance ?? []) ?? [];
  const words = provenances.map(sampleWords);
  // Where they were not measured alike, each project says how.
  const isAlike = words.every(own => own.join('\n') === words[0]?.join('\n'));
  return [
    [
      'basin',
      'compare',
      ...paths.map(pathWord),
      ...((isAlike ? words[0] : undefined) ?? []),
      ...volumeWords(measures.result?.checkpoints ?? []),
      ...option('baseline', baseline === 0 ? undefined : paths[baseline]),
      ...option('out', compareFileName(paths, 'json')),
    ],
    ...surfaces.flatMap(({ result }, index) => {
      const path = paths[index];
      if (result === undefined || path === undefined) return [];
      const { scaledTo } = options;
      const to = scaledTo === 'own' || scaledTo === index ? undefined : paths[scaledTo];
      return [surfaceCommand(result, { checkpoint: path, ...(to !== undefined && { normalizedTo: to }) })];
    }),
    ...(interpolation?.result === undefined ? [] : [interpolateWords(interpolation, paths)]),
  ];
}

function interpolateWords(
  { from, to, result }: NonNullable<ComparePanelState['interpolation']>,
  paths: readonly string[],
): readonly string[] {
  const [first = '', second = ''] = [paths[from], paths[to]];
  const provenance = result?.provenance;
  return [
    'basin',
    'interpolate',
    pathWord(first),
    pathWord(second),
    ...(provenance === undefined ? [] : sampleWords(provenance)),
    ...option('points', result?.t.length),
    ...option('out', interpolationFileName(first, second, 'json')),
  ];
}

/** What the exported line between two checkpoints is called: `epoch_000-epoch_024-interpolate.csv`. */
export const interpolationFileName = (first: string, second: string, kind: CompareExportKind): string =>
  `${stem(first)}-${stem(second)}-interpolate.${endings[kind]}`;

/** What a comparison's exported file is called: `epoch_000-epoch_024-compare.csv`, by number where there are more. */
export const compareFileName = (paths: readonly string[], kind: CompareExportKind): string =>
  `${paths.length > 2 ? `${paths.length}-checkpoints` : paths.map(stem).join('-')}-compare.${endings[kind]}`;

/** A result file of this name opens as what it shows. */
const endings: Readonly<Record<CompareExportKind, string>> = {
  png: 'png',
  svg: 'svg',
  csv: 'csv',
  json: 'basin.json',
};
