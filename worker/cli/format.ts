/** Results as text for a terminal. */
import type { DevicesResult, InspectResult, LossResult, Provenance, Result, SurfaceResult } from '../results.ts';
import { formatShape } from '../tensor.ts';
import { formatDuration } from './progressBar.ts';
import { textSurface } from './textSurface.ts';

interface FormatOptions {
  /** Whether the terminal shows colours. */
  readonly color: boolean;
}

/** A result as lines of text. */
export function formatResult(result: Result, options: FormatOptions): string {
  const lines =
    result.kind === 'inspect'
      ? formatInspect(result)
      : result.kind === 'loss'
        ? formatLoss(result)
        : result.kind === 'devices'
          ? formatDevices(result)
          : formatSurface(result, options);
  return `${lines.join('\n')}\n`;
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
    ...(result.parameters === undefined ? [] : [`${result.parameters} parameters of ${result.model}`]),
    ...(missing.length > 0 ? [`The model also holds ${missing.join(', ')}, which the checkpoint lacks.`] : []),
    ...(result.notes ?? []).map(note => `Note: ${note}`),
    ...(result.problem ? [result.matched ? `It does not fit: ${result.problem}` : `No model: ${result.problem}`] : []),
  ];
}

/** A table of the devices, and below it what would make more of them usable. */
export function formatDevices({ engine, folder, devices, auto }: DevicesResult): string[] {
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
  ];
}

function formatLoss(result: LossResult): string[] {
  return [
    ...pairs([
      ['loss', withError(result.loss, result.standardError)],
      ['accuracy', result.accuracy === null ? null : percent(result.accuracy)],
    ]),
    ...formatProvenance(result.provenance),
  ];
}

function formatSurface(result: SurfaceResult, options: FormatOptions): string[] {
  const cells = result.loss.flat();
  const finite = cells.filter(cell => typeof cell === 'number');
  const failed = cells.filter(cell => typeof cell === 'string').length;
  const { plane, origin } = result;
  const range = (axis: readonly number[]) => `${digits(axis[0]!)} … ${digits(axis.at(-1)!)}`;
  const ratio = (norm: number) => digits(norm / plane.norms.parameters);
  return [
    ...textSurface(result, options.color),
    '',
    ...pairs([
      ['loss at the origin', withError(origin.loss, origin.standardError)],
      ['accuracy there', origin.accuracy === null ? null : percent(origin.accuracy)],
      [
        'loss on the grid',
        finite.length === 0 ? null : `${digits(Math.min(...finite))} … ${digits(Math.max(...finite))}`,
      ],
      ['cells', `${result.evaluations.cells} of ${cells.length}${failed > 0 ? `, ${failed} not finite` : ''}`],
      ['grid', `${result.x.length}×${result.y.length}, x ${range(result.x)}, y ${range(result.y)}`],
      [
        'plane',
        plane.kind === 'random'
          ? `random, filter-normalised, seed ${plane.seed}, ${plane.perturb === 'all' ? 'all parameters' : 'weights only'}`
          : `directions of ${plane.file}`,
      ],
      ['cosine of the axes', digits(Number(plane.cosine))],
      ['‖x‖/‖θ‖, ‖y‖/‖θ‖', `${ratio(plane.norms.x)}, ${ratio(plane.norms.y)}`],
    ]),
    ...formatProvenance(result.provenance),
  ];
}

function formatProvenance(provenance: Provenance): string[] {
  const { rows, split, samples, data } = provenance;
  return [
    ...pairs([
      ['checkpoint', provenance.checkpoint.file],
      ['model', provenance.model.file],
      ['data', data ? `${data.file}, ${split}, ${samples} examples of rows ${rows[0]} to ${rows[1]}` : null],
      ['parameters', parametersOf(provenance)],
      ['loss function', provenance.loss],
      ['BatchNorm', provenance.mode.batchNorm === 'held' ? 'statistics held at the checkpoint’s' : null],
      ['engine', `${provenance.engine}, ${provenance.device}, ${provenance.threads} threads, ${provenance.dtype}`],
      ['time', formatDuration(provenance.seconds)],
    ]),
    ...provenance.notes.map(note => `Note: ${note}`),
  ];
}

const parametersOf = ({ parameters: { count, include, exclude } }: Provenance): string =>
  [String(count), ...include, ...exclude.map(pattern => `not ${pattern}`)].join(', ');

/** A value with five digits that matter. */
const digits = (value: number): string =>
  value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)
    ? String(Number(value.toPrecision(5)))
    : value.toExponential(4);

const withError = (value: number | string, error: number | string | null): string =>
  `${digits(Number(value))}${error === null ? '' : ` ± ${Number(error).toPrecision(2)} (standard error)`}`;

const percent = (fraction: number): string => `${Number((100 * fraction).toFixed(4))} %`;

/** Names and values in two columns; what has no value is left out. */
function pairs(entries: readonly (readonly [string, string | null])[]): string[] {
  const shown = entries.filter(([, value]) => value !== null);
  const width = Math.max(20, ...shown.map(([name]) => name.length + 2));
  return shown.map(([name, value]) => name.padEnd(width) + value);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]!.length)));
  return [head, ...rows].map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
