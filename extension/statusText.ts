import type { PanelState } from '../webview/messages.ts';
import { caption } from '../webview/view/caption.ts';
import { formatNumber, formatPercent, formatWithError } from '../webview/view/format.ts';
import type { DevicesResult, SurfaceResult } from '../worker/results.ts';
import { commands } from './commands.ts';
import { commandLink, escapeMarkdown } from './markdown.ts';
import type { SharpnessText } from './runs/sharpnessText.ts';

export interface StatusText {
  /** With codicons. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  readonly accessibleLabel: string;
}

/** What else the status item knows than the landscape last looked at. */
export interface StatusContext {
  /** `undefined` until the devices have been tried. */
  readonly devices?: DevicesResult | undefined;
  /** Of the checkpoint in view, else of the newest one; `undefined` where there is no run. */
  readonly sharpness?: SharpnessText | undefined;
  readonly isRestricted?: boolean;
}

/**
 * What the status item says of the checkpoint last seen, of the sharpness there or in the last run, and of the machine's
 * devices.
 *
 * @param state `undefined` before there was a landscape.
 */
export function statusText(
  state: PanelState | undefined,
  { devices, sharpness, isRestricted = false }: StatusContext = {},
): StatusText {
  if (isRestricted) {
    return {
      text: '$(graph) Basin',
      tooltip: `Basin reads nothing in Restricted Mode.\n\n${commandLink('Manage Workspace Trust', manageTrust)}`,
      accessibleLabel: 'Basin: nothing is read in Restricted Mode',
    };
  }
  const nothingYet = state === undefined && sharpness === undefined;
  const first =
    state === undefined
      ? commandLink('Visualize Landscape', commands.visualizeLandscape)
      : commandLink('Show Landscape', commands.showLandscape);
  const paragraphs = [
    ...(nothingYet ? ['No checkpoint has been looked at yet.'] : []),
    ...(sharpness?.paragraphs ?? []),
    ...(state === undefined ? [] : landscape(state)),
    ...devicesOf(state?.surface, devices),
    `${first} · ${showDevices} · ${showLog}`,
  ];
  return {
    text: text(state, sharpness),
    tooltip: paragraphs.join('\n\n'),
    accessibleLabel: `Basin: ${accessibleLabel(state, sharpness)}`,
  };
}

/** Workspace Trust's editor, a command of VS Code's own. */
export const manageTrust = 'workbench.trust.manage';

const landscape = (state: PanelState): readonly string[] => [
  `**${escapeMarkdown(state.checkpoint)}**`,
  ...(state.message === undefined ? [] : [escapeMarkdown(state.message)]),
  ...(state.surface === undefined ? [] : description(state.surface)),
];

function text(state: PanelState | undefined, sharpness: SharpnessText | undefined): string {
  const { phase = 'done', progress, surface } = state ?? {};
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
    case 'cancelled': {
      const icon = sharpness?.isMeasuring ? '$(sync~spin)' : '$(graph)';
      return `${icon} ${sharpness?.text ?? (surface === undefined ? 'Basin' : formatNumber(surface.origin.loss))}`;
    }
  }
}

function accessibleLabel(state: PanelState | undefined, sharpness: SharpnessText | undefined): string {
  const known = sharpness === undefined ? [] : [sharpness.accessibleLabel];
  if (state === undefined) return known[0] ?? 'no checkpoint yet';
  return [...known, `landscape of ${state.checkpoint} ${state.phase}`].join('; ');
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

const showDevices = commandLink('Show Devices', commands.showDevices);
const showLog = commandLink('Show Log', commands.showLog);
