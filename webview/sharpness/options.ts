/** The form that asks for sharpness: what its boxes stand for, and what that costs, in words. Pure. */
import type { SharpnessName } from '../../worker/results.ts';
import { SHARPNESS_TEXTS } from '../../worker/sharpnessTexts.ts';
import type { SharpnessOptions } from '../messages.ts';
import { sharpnessGroups } from './measures.ts';
import { listed } from './rescaling.ts';

/** Every measure in the order of the page. */
export const sharpnessNames: readonly SharpnessName[] = sharpnessGroups.flatMap(({ names }) => names);

/** The options with a measure taken in or left out, in the order of the page. */
export const withMeasure = (options: SharpnessOptions, name: SharpnessName, isWanted: boolean): SharpnessOptions => ({
  ...options,
  measures: sharpnessNames.filter(own => (own === name ? isWanted : options.measures.includes(own))),
});

/** Why these options cannot be computed, in a sentence; null where they can. */
export const sharpnessProblem = ({ measures }: SharpnessOptions): string | null =>
  measures.length === 0 ? 'Choose at least one measure.' : null;

/** Measures by what takes their time. */
const costs: readonly { readonly names: readonly SharpnessName[]; readonly text: string }[] = [
  { names: ['keskar', 'keskar-subspace'], text: 'up to 60 gradients over the sample for each ε' },
  { names: ['adaptive', 'average'], text: 'some dozens of losses and gradients' },
  { names: ['lambda-max', 'trace'], text: 'some dozens of products, each as long as a few gradients' },
  { names: ['sam', 'relative-flatness', 'fisher-rao'], text: 'a few passes over the sample' },
];

/** What is asked for, in a few words. */
export function sharpnessSummary({ measures, rescaling, split }: SharpnessOptions): string {
  const [only] = measures;
  const which =
    measures.length === sharpnessNames.length
      ? 'all measures'
      : measures.length === 1 && only !== undefined
        ? SHARPNESS_TEXTS[only].label
        : `${measures.length} of ${sharpnessNames.length} measures`;
  return `${which}, ${split} split${rescaling ? ', with the rescaling check' : ''}`;
}

/** What computing these options takes, said before it is paid. */
export function sharpnessCost(options: SharpnessOptions): string {
  const parts = costs.flatMap(({ names, text }) => {
    const wanted = names.filter(name => options.measures.includes(name));
    return wanted.length === 0 ? [] : [`${listed(wanted.map(name => SHARPNESS_TEXTS[name].label))}: ${text}`];
  });
  const check = options.rescaling
    ? ' The rescaling check computes all of that again at six other scales of two layers, which takes about seven times as long.'
    : '';
  return parts.length === 0 ? '' : `${parts.join('; ')}.${check}`;
}
