/**
 * How each operator of an ONNX file is raised to the canonical set, whatever version of it the file means.
 * One entry an operator, by kind; an operator without an entry is refused by name.
 */
import { elementwiseRules } from './rules/elementwise.ts';
import { knownRules } from './rules/known.ts';
import { layoutRules } from './rules/layout.ts';
import { networkRules } from './rules/network.ts';
import { reduceRules } from './rules/reduce.ts';
import type { Rule } from './rules/shared.ts';

export const rules: Readonly<Record<string, Rule>> = {
  ...elementwiseRules,
  ...knownRules,
  ...layoutRules,
  ...reduceRules,
  ...networkRules,
};
