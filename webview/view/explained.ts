/** How much of a run's way its principal components hold, beside what they would hold of a random walk. Pure. */
import type { PrincipalComponents } from '../../worker/results.ts';
import { formatCount, formatPercent } from './format.ts';
import { type TextTable, textTable } from './table.ts';

/** Shares that differ by less are one to whoever reads them. */
const ALIKE = 0.02;

/** What the shares say, in two sentences or three. */
export function explainedText({ checkpoints, explained, randomWalk }: PrincipalComponents): string {
  const own = together(explained);
  const walk = together(randomWalk);
  const meaning =
    own > walk + ALIKE
      ? 'Only what goes beyond that speaks of the training: a path that looks simple may be just such a walk.'
      : 'The picture shows no more order than that: a path that looks simple may be just such a walk.';
  return (
    `The first two principal components hold ${sharesText(explained)} of the variance of ${formatCount(checkpoints)} checkpoints about their mean. ` +
    `A pure random walk of as many steps in very many dimensions would show ${sharesText(randomWalk)}. ${meaning}`
  );
}

/** A row for each component. */
export const explainedTable = ({ explained, randomWalk }: PrincipalComponents): TextTable =>
  textTable(
    'Share of the checkpoints’ variance by principal component',
    ['component', 'explained', 'random walk'],
    explained.map((share, i) => [
      String(i + 1),
      formatPercent(share),
      randomWalk[i] === undefined ? 'not known' : formatPercent(randomWalk[i]),
    ]),
  );

const together = ([first = 0, second = 0]: readonly number[]): number => first + second;

const sharesText = (shares: readonly number[]): string => {
  const [first = 0, second = 0] = shares;
  return `${formatPercent(first, 1)} and ${formatPercent(second, 1)} (together ${formatPercent(together(shares), 1)})`;
};
