/** Away from its checkpoint a landscape depends on which statistics normalisations use: what the other ones would show. Pure. */
import type { PanelState, SurfaceOptions } from '../messages.ts';

export interface OtherStatistics {
  /** What is shown, and what that means. */
  readonly text: string;
  /** What its button says. */
  readonly label: string;
  readonly options: SurfaceOptions;
}

/** Null where the plane is not made of checkpoints, the network has no statistics, or something is being computed. */
export function otherStatistics({ surface, options, phase }: PanelState): OtherStatistics | null {
  const isRunning = phase === 'starting' || phase === 'computing';
  if (surface?.path === undefined || options === undefined || isRunning) return null;
  const { statistics: _, ...held } = options;
  switch (surface.provenance.mode.batchNorm) {
    case 'held':
      return {
        text: 'The statistics of this checkpoint are held over the whole plane, while each checkpoint’s own loss is with its own. Far from this checkpoint they no longer fit, and the loss can be high for that reason alone.',
        label: 'Recompute Statistics',
        options: { ...held, statistics: 'recomputed' },
      };
    case 'recomputed':
      return {
        text: 'The statistics are recomputed at every point, so that none shows a loss that only comes of statistics of another.',
        label: 'Hold Statistics',
        options: held,
      };
    default:
      return null;
  }
}
