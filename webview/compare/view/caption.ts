/** Says exactly what was computed. Pure. */

import { listed, shortNames } from '../../../worker/checkpointNames.ts';
import type { Provenance } from '../../../worker/results.ts';
import { howComputed, sampleText } from '../../view/caption.ts';
import type { ComparePanelState } from '../messages.ts';

/** How the landscapes were computed: a sentence or two for all that were computed alike. */
export const landscapesCaption = ({ checkpoints, surfaces }: ComparePanelState): readonly string[] =>
  alike(
    'Landscapes',
    shortNames(checkpoints),
    surfaces.map(({ result }) => result?.provenance),
  );

/** How the measures were. */
export const measuresCaption = ({ checkpoints, measures }: ComparePanelState): readonly string[] =>
  alike('Measures', shortNames(checkpoints), measures.result?.checkpoints.map(({ provenance }) => provenance) ?? []);

const statisticsNames: Readonly<Record<Provenance['mode']['batchNorm'], string>> = {
  none: 'no BatchNorm',
  held: 'BatchNorm statistics held',
  interpolated: 'BatchNorm statistics interpolated',
  recomputed: 'BatchNorm statistics recomputed',
};

/** One sentence for all that were computed in the same way. */
function alike(
  what: string,
  names: readonly string[],
  provenances: readonly (Provenance | undefined)[],
): readonly string[] {
  const groups = new Map<string, { readonly names: string[]; readonly provenance: Provenance }>();
  for (const [i, provenance] of provenances.entries()) {
    if (provenance === undefined) continue;
    const { model, mode, loss } = provenance;
    const text = `mean ${loss} in ${model.file}, ${sampleText(provenance)}, ${statisticsNames[mode.batchNorm]}`;
    const group = groups.get(text);
    if (group === undefined) groups.set(text, { names: [names[i]!], provenance });
    else group.names.push(names[i]!);
  }
  return [...groups].map(
    ([text, group]) => `${what} of ${listed(group.names)}: ${text}. ${howComputed(group.provenance)}`,
  );
}
