/** Results as text for a terminal. */

import { gigabytes } from '../commands/memoryPlan.ts';
import type {
  Cell,
  ConvexityCell,
  ConvexityResult,
  DeviceReport,
  DevicesResult,
  Eigenvalue,
  EigenvectorLine,
  InspectResult,
  LossResult,
  OwnModel,
  Plane,
  ProbeMean,
  PruneResult,
  Result,
  SpectrumResult,
  SurfaceResult,
  Uncertain,
} from '../results.ts';
import { formatShape } from '../tensor.ts';
import { formatNumber, formatWithError } from '../text.ts';
import { formatCompare } from './formatCompare.ts';
import { formatInterpolation } from './formatInterpolation.ts';
import { formatPath, planeOfCheckpoints } from './formatPath.ts';
import { formatRun } from './formatRun.ts';
import { formatSharpness } from './formatSharpness.ts';
import { formatVolume } from './formatVolume.ts';
import { formatProvenance, pairs, percent, table, withError } from './lines.ts';
import { textSurface } from './textSurface.ts';

interface FormatOptions {
  /** Whether the terminal shows colours. */
  readonly color: boolean;
}

/** A result as lines of text. */
export function formatResult(result: Result, options: FormatOptions): string {
  return `${linesOf(result, options).join('\n')}\n`;
}

function linesOf(result: Result, options: FormatOptions): string[] {
  switch (result.kind) {
    case 'inspect':
      return formatInspect(result);
    case 'loss':
      return formatLoss(result);
    case 'spectrum':
      return formatSpectrum(result);
    case 'sharpness':
      return formatSharpness(result);
    case 'surface':
      return formatSurface(result, options);
    case 'convexity':
      return formatConvexity(result, options);
    case 'compare':
      return formatCompare(result);
    case 'interpolate':
      return formatInterpolation(result);
    case 'volume':
      return formatVolume(result);
    case 'run':
      return formatRun(result);
    case 'devices':
      return formatDevices(result);
    case 'prune':
      return formatPrune(result);
  }
}

function formatPrune({ folders, olderDays, isRemoved }: PruneResult): string[] {
  const amount = ({ files, bytes }: PruneResult['folders'][number]['kept']): string =>
    files === 0 ? 'nothing' : `${files} ${files === 1 ? 'file' : 'files'}, ${gigabytes(bytes)}`;
  const rows = folders.map(({ folder, removed, kept }) => [folder, amount(removed), amount(kept)]);
  const isAny = folders.some(({ removed }) => removed.files > 0);
  return [
    ...table(['folder of results', isRemoved ? 'removed' : 'not needed', 'stays'], rows),
    '',
    `Not needed is what was not written for ${olderDays} days and whose checkpoint is gone, or was written since.`,
    ...(isAny && !isRemoved ? ['basin prune --remove removes it.'] : []),
  ];
}

function formatInspect(result: InspectResult): string[] {
  const roles = new Map(result.matched?.map(match => [match.tensor, match]) ?? []);
  const rows = result.tensors.map(({ name, dtype, shape }) => {
    const match = roles.get(name);
    const turned = match?.transposed ? ', transposed' : '';
    const renamed =
      match && (turned || match.initializer !== name) ? ` (${match.initializer}, by ${match.rule}${turned})` : '';
    return [name, dtype, formatShape(shape), match ? `${match.role}${renamed}` : result.matched ? 'not used' : ''];
  });
  const missing = result.unmatched?.model ?? [];
  return [
    `${result.checkpoint}: ${result.format}${result.step === null ? '' : `, step ${result.step}`}`,
    ...table(result.matched ? ['tensor', 'type', 'shape', 'in the model'] : ['tensor', 'type', 'shape', ''], rows),
    ...result.unreadable.map(({ reason }) => `Not readable: ${reason}`),
    ...(result.ownModel ? [ownModelText(result.ownModel)] : []),
    ...(result.parameters === undefined ? [] : [`${result.parameters} parameters of ${result.model}`]),
    ...(missing.length > 0 ? [`The model also holds ${missing.join(', ')}, which the checkpoint lacks.`] : []),
    ...(result.notes ?? []).map(note => `Note: ${note}`),
    ...(result.problem ? [`${problemTitle(result)}: ${result.problem}`] : []),
  ];
}

const problemTitle = ({ matched, ownModel }: InspectResult): string =>
  matched ? 'It does not fit' : ownModel ? 'No project' : 'No model';

const ownModelText = ({ loss }: OwnModel): string => {
  const compiled = loss === undefined ? '' : `, compiled with the loss ${loss}`;
  return `It holds its network${compiled}: basin.json need not name a model.`;
};

/** Reason and remedy. */
const sentencesOf = ({ reason, remedy }: Pick<DeviceReport, 'reason' | 'remedy'>): string =>
  remedy === null ? reason : `${reason} ${remedy}`;

/** A table of the devices, and below it what would make more of them usable. */
export function formatDevices({ engine, folder, devices, auto, tfjs }: DevicesResult): string[] {
  const rows = devices.map(({ name, usable, hardware, adapter, reason }) => [
    name,
    usable ? 'yes' : 'no',
    [hardware ?? '', adapter === null ? '' : `(${adapter})`].join(' ').trim(),
    reason,
  ]);
  return [
    ...table(['device', 'usable', 'computes on', 'because'], rows),
    '',
    `auto takes ${auto}; the engine is ${engine}${folder === null ? '' : ` of ${folder}`}.`,
    ...devices.flatMap(({ name, remedy }) => (remedy === null ? [] : [`${name}: ${remedy}`])),
    `--engine tfjs ${tfjs.engine === null ? 'cannot be used' : `is ${tfjs.engine} on ${tfjs.device}`}: ${sentencesOf(tfjs)}`,
  ];
}

function formatLoss(result: LossResult): string[] {
  return [
    ...pairs([
      ['loss', withError(result.loss, result.standardError)],
      ['accuracy', result.accuracy === null ? null : percent(result.accuracy)],
      [
        'gradient norm',
        result.gradientNorm === undefined
          ? null
          : withError(result.gradientNorm, result.gradientNormStandardError ?? null),
      ],
    ]),
    ...formatProvenance(result.provenance),
  ];
}

/** As many eigenvalues of one end as a table shows at most. */
const SHOWN_EIGENVALUES = 30;

function formatSpectrum(result: SpectrumResult): string[] {
  const { largest, smallest, trace, frobenius, effectiveRank, negative, sampling, byTensor } = result;
  const row = (name: string, { value, residual, converged }: Eigenvalue, error: number | null): string[] => [
    name,
    formatWithError(value, residual),
    converged ? 'yes' : 'no',
    error === null ? '' : `± ${error.toPrecision(2)}`,
  ];
  const own = (pairs: readonly Eigenvalue[], end: 'largest' | 'smallest') =>
    pairs
      .slice(0, SHOWN_EIGENVALUES)
      .map((pair, index) => row(`${end} ${index + 1}`, pair, index === 0 ? sampling[end] : null));
  const mean = ({ mean: value, standardError }: ProbeMean): string => formatWithError(value, standardError);
  const uncertain = ({ value, uncertainty }: Uncertain): string => formatWithError(value, uncertainty);
  return [
    result.verdict,
    '',
    ...table(
      ['eigenvalue', 'value ± residual', 'converged', 'over samples'],
      [...own(largest, 'largest'), ...own(smallest, 'smallest')],
    ),
    '',
    ...pairs([
      ['trace', trace ? `${mean(trace)} (standard error of ${trace.probes} probes)` : null],
      ['Frobenius norm', frobenius ? uncertain(frobenius) : null],
      ['effective rank', effectiveRank ? uncertain(effectiveRank) : null],
      ['below −τ', negative ? `${uncertain(negative.count)}, ${percent(negative.share.value)} of Σ|λ|` : null],
      ['τ', formatNumber(result.tau)],
      ['rounding', `${result.noise.toPrecision(2)}, the length of a product's error`],
      ['operator', result.operator === 'ggn' ? 'Gauss–Newton' : 'Hessian'],
      ['products', String(result.products)],
    ]),
    ...(result.along ?? []).flatMap(formatLine),
    ...(byTensor
      ? [
          '',
          ...table(
            ['tensor', 'largest', 'converged', 'trace'],
            byTensor.map(({ name, largest: top, trace: own }) => [
              name,
              formatWithError(top.value, top.residual),
              top.converged ? 'yes' : 'no',
              mean(own),
            ]),
          ),
          '',
        ]
      : []),
    ...formatProvenance(result.provenance),
  ];
}

/** Every so many points of a line are printed; the document has them all. */
const LINE_STEP = 5;

function formatLine({ end, index, eigenvalue, t, splits }: EigenvectorLine): string[] {
  const named = Object.entries(splits);
  const rows = t.flatMap((at, place) =>
    place % LINE_STEP === 0
      ? [[formatNumber(at), ...named.map(([, { loss }]) => formatNumber(Number(loss[place])))]]
      : [],
  );
  const title = `Loss along the eigenvector ${end} ${index + 1} (λ ${formatNumber(eigenvalue)})`;
  return ['', title, ...table(['t', ...named.map(([split]) => split)], rows), ''];
}

function formatSurface(result: SurfaceResult, options: FormatOptions): string[] {
  const planes = [result, ...(result.otherPlanes ?? [])];
  const cells = planes.flatMap(({ loss }) => loss.flat());
  const finite = cells.filter(cell => typeof cell === 'number');
  const failed = cells.filter(cell => typeof cell === 'string').length;
  const { plane, origin } = result;
  const range = (axis: readonly number[]) => `${formatNumber(axis[0]!)} … ${formatNumber(axis.at(-1)!)}`;
  const ratio = (norm: number) => formatNumber(norm / plane.norms.parameters);
  return [
    ...textSurface(result.loss, options.color),
    '',
    ...pairs([
      ['loss at the origin', withError(origin.loss, origin.standardError)],
      ['accuracy there', origin.accuracy === null ? null : percent(origin.accuracy)],
      [
        'loss on the grid',
        finite.length === 0 ? null : `${formatNumber(Math.min(...finite))} … ${formatNumber(Math.max(...finite))}`,
      ],
      ['cells', `${result.evaluations.cells} of ${cells.length}${failed > 0 ? `, ${failed} not finite` : ''}`],
      ['grid', `${result.x.length}×${result.y.length}, x ${range(result.x)}, y ${range(result.y)}`],
      [
        planes.length > 1 ? `${planes.length} planes` : 'plane',
        planesOf(
          planes.map(({ plane: own }) => own),
          result.path,
        ),
      ],
      ['cosine of the axes', formatNumber(Number(plane.cosine))],
      ['‖x‖/‖θ‖, ‖y‖/‖θ‖', `${ratio(plane.norms.x)}, ${ratio(plane.norms.y)}`],
    ]),
    ...formatSpread(result.spread),
    ...formatPath(result),
    ...formatProvenance(result.provenance),
  ];
}

function formatConvexity(result: ConvexityResult, options: FormatOptions): string[] {
  const { ratio, largest, smallest, plane, x, y } = result;
  const finite = ratio.flat().filter(cell => typeof cell === 'number');
  const open = largest.flat().filter((cell, index) => {
    const other = smallest.flat()[index];
    return isOpen(cell) || isOpen(other ?? null);
  }).length;
  return [
    ...textSurface(ratio, options.color),
    '',
    ...pairs([
      [
        '|λmin/λmax|',
        finite.length === 0 ? null : `${formatNumber(Math.min(...finite))} … ${formatNumber(Math.max(...finite))}`,
      ],
      ['not converged', `${open} of ${ratio.flat().length} cells, to ${result.tolerance} of |λ|`],
      ['grid', `${x.length}×${y.length}, x and y from ${formatNumber(x[0]!)} to ${formatNumber(x.at(-1)!)}`],
      ['plane', planesOf([plane])],
      ['products', String(result.products)],
    ]),
    ...formatProvenance(result.provenance),
  ];
}

const isOpen = (cell: ConvexityCell): boolean => typeof cell === 'object' && cell !== null && !cell.converged;

function planesOf(planes: readonly Plane[], path?: SurfaceResult['path']): string {
  const [{ kind, file, seed, perturb, normalizedTo }, last] = [planes[0]!, planes.at(-1)!];
  if (kind === 'file') return `directions of ${file}`;
  if (kind === 'eigen') {
    const values = planes[0]!.eigenvalues?.map(({ value, residual }) => formatWithError(value, residual)) ?? [];
    return `leading eigenvectors, λ ${values.join(' and ')}, scaled to √(2/λ)`;
  }
  if (kind === 'pca' || kind === 'three') return planeOfCheckpoints(planes[0]!, path);
  const seeds = planes.length > 1 ? `seeds ${seed} to ${last.seed}` : `seed ${seed}`;
  const filters =
    normalizedTo === undefined ? 'filter-normalised' : `normalised to the filters of ${normalizedTo.file}`;
  return `random, ${filters}, ${seeds}, ${perturb === 'all' ? 'all parameters' : 'weights only'}`;
}

/** What several planes say of the loss at a distance. */
function formatSpread(spread: SurfaceResult['spread']): string[] {
  if (spread === undefined) return [];
  const { distance, loss, accuracy } = spread.profile;
  const number = (cell: Cell): string => (cell === null ? '' : formatNumber(Number(cell)));
  const rows = distance.map((at, index) => [
    formatNumber(at),
    number(loss.mean[index]!),
    number(loss.deviation[index]!),
    ...(accuracy === null ? [] : [number(accuracy.mean[index]!), number(accuracy.deviation[index]!)]),
  ]);
  const head = ['distance', 'mean loss', 'deviation', ...(accuracy === null ? [] : ['mean accuracy', 'deviation'])];
  return ['', ...table(head, rows), 'Means over rings of cells; deviations between the planes.', ''];
}
