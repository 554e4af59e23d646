import type { DeviceReport, DevicesResult } from '../worker/results.ts';

/** A device in a list to pick from, with codicons. */
export interface DeviceItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  /** `undefined` for `auto`. */
  readonly report: DeviceReport | undefined;
}

/** The devices to pick from; the setting's present value is marked. */
export function deviceItems({ devices, auto }: DevicesResult, setting: string): readonly DeviceItem[] {
  const mark = (name: string): string => (name === setting ? ' (the setting)' : '');
  return [
    {
      label: `$(wand) auto${mark('auto')}`,
      description: `takes ${auto}`,
      detail: 'A GPU where a real one can be used, else the processor.',
      report: undefined,
    },
    ...devices.map(report => ({
      label: `$(${report.usable ? 'check' : 'circle-slash'}) ${report.name}${mark(report.name)}`,
      description: [report.usable ? (report.hardware ?? '') : 'not usable', report.adapter ?? ''].join(' ').trim(),
      detail: sentences(report),
      report,
    })),
  ];
}

/** Reason and remedy. */
export const sentences = ({ reason, remedy }: Pick<DeviceReport, 'reason' | 'remedy'>): string =>
  remedy === null ? reason : `${reason} ${remedy}`;

/** A line of the log for each device. */
export const deviceLines = ({ engine, devices, auto, tfjs }: DevicesResult): readonly string[] => [
  `Devices of ${engine}; auto takes ${auto}.`,
  ...devices.map(report => `${report.name}: ${report.usable ? 'usable' : 'not usable'}. ${sentences(report)}`),
  `The engine tfjs: ${tfjs.engine === null ? 'not usable' : `${tfjs.engine} on ${tfjs.device}`}. ${sentences(tfjs)}`,
];
