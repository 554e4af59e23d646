/**
 * How each operator of an ONNX file is raised to the canonical set, whatever version of it the file means.
 * One entry an operator, by kind; an operator without an entry is refused by name.
 */
import { attention } from './rules/attention.ts';
import { einsum } from './rules/einsum.ts';
import { elementwiseRules } from './rules/elementwise.ts';
import { indexingRules } from './rules/indexing.ts';
import { knownRules } from './rules/known.ts';
import { layoutRules } from './rules/layout.ts';
import { lossRules } from './rules/losses.ts';
import { networkRules } from './rules/network.ts';
import { normalizationRules } from './rules/normalization.ts';
import { poolingRules } from './rules/pooling.ts';
import { recurrentRules } from './rules/recurrent.ts';
import { reduceRules } from './rules/reduce.ts';
import type { Rule } from './rules/shared.ts';

export const rules: Readonly<Record<string, Rule>> = {
  ...elementwiseRules,
  ...knownRules,
  ...layoutRules,
  ...indexingRules,
  ...reduceRules,
  ...networkRules,
  ...poolingRules,
  ...normalizationRules,
  ...recurrentRules,
  ...lossRules,
  Attention: attention,
  Einsum: einsum,
};
