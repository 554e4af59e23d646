import { caption } from '../webview/caption.ts';
import { formatNumber, formatPercent, formatWithError } from '../webview/format.ts';
import type { PanelState } from '../webview/messages.ts';
import type { DevicesResult, SurfaceResult } from '../worker/results.ts';
import { commands } from './commands.ts';

export interface StatusText {
  /** With codicons. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
}

/**
 * What the status item says of the checkpoint last seen and of the machine's devices.
 *
 * @param state `undefined` before there was a checkpoint.
 * @param devices `undefined` until they have been tried.
 */
export function statusText(state: PanelState | undefined, devices?: DevicesResult): StatusText {
  if (state === undefined) {
    return {
      text: '$(graph) Basin',
      tooltip: [
        'No checkpoint has been looked at yet.',
        ...devicesOf(undefined, devices),
        `${link('Visualize Landscape', commands.visualizeLandscape)} · ${showDevices} · ${showLog}`,
      ].join('\n\n'),
    };
  }
  const paragraphs = [
    `**${escapeMarkdown(state.checkpoint)}**`,
    ...(state.message === undefined ? [] : [escapeMarkdown(state.message)]),
    ...(state.surface === undefined ? [] : description(state.surface)),
    ...devicesOf(state.surface, devices),
    `${link('Show Landscape', commands.showLandscape)} · ${showDevices} · ${showLog}`,
  ];
  return { text: text(state), tooltip: paragraphs.join('\n\n') };
}

function text({ phase, progress, surface }: PanelState): string {
  switch (phase) {
    case 'starting':
      return '$(sync~spin) Basin';
    case 'computing':
      return progress === undefined || progress.total === 0
        ? '$(sync~spin) Basin'
        : `$(sync~spin) ${Math.floor((100 * progress.done) / progress.total)} %`;
    case 'failed':
    case 'stopped':
      return '$(warning) Basin';
    case 'done':
    case 'cancelled':
      return surface === undefined ? '$(graph) Basin' : `$(graph) ${formatNumber(surface.origin.loss)}`;
  }
}

function description(surface: SurfaceResult): readonly string[] {
  const { what, how } = caption(surface);
  return [table(surface), escapeMarkdown(what), escapeMarkdown(how)];
}

function table({ origin: { loss, standardError, accuracy }, plane }: SurfaceResult): string {
  const rows = [
    ['Loss', formatWithError(loss, standardError)],
    ...(accuracy === null ? [] : [['Accuracy', formatPercent(accuracy)]]),
    ['Cosine of the axes', formatNumber(plane.cosine)],
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

/** Each device, whether it computed the surface, and why it can or cannot be used. */
function devicesOf(surface: SurfaceResult | undefined, devices: DevicesResult | undefined): readonly string[] {
  if (devices === undefined) return [];
  const rows = devices.devices.map(({ name, usable, reason }) => {
    const status = [
      usable ? 'usable' : 'not usable',
      ...(name === surface?.provenance.device ? ['in use'] : []),
      ...(name === devices.auto ? ['taken by auto'] : []),
    ].join(', ');
    return `| ${name} | ${status} | ${escapeMarkdown(reason)} |`;
  });
  return [['| Device | | |', '|---|---|---|', ...rows].join('\n')];
}

const link = (title: string, command: string): string => `[${title}](command:${command})`;
const showDevices = link('Show Devices', commands.showDevices);
const showLog = link('Show Log', commands.showLog);

/** Text that may hold a file's name must not become a link, an icon or a table. */
const escapeMarkdown = (value: string): string => value.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&');
