import type { InterpolateResult } from '../../worker/results.ts';
import { basin, type Terminal } from './basin.ts';
import { fileOf, type Moment } from './experiment.ts';

/** Points of a line: every tenth of the way, and half the way beyond both ends. */
const OPTIONS = ['--points', '21', '--beyond', '0.5'] as const;

/** The files of the two networks of a seed: of small minibatches, and of large ones. */
export function endsOf(moment: Moment, decay: '' | '-decay', seed: number): readonly [string, string] {
  return [fileOf(moment, `small${decay}`, seed), fileOf(moment, `large${decay}`, seed)];
}

/** The loss on the straight line from the first network to the second. */
export const lineBetween = (terminal: Terminal, ends: readonly [string, string]): Promise<InterpolateResult> =>
  basin(terminal, ['interpolate', ...ends, ...OPTIONS]);
