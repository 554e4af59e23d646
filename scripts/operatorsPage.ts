/** The page docs/operators.md, from the operator table, the rules that read ONNX and the cases both are tested with. */

import { type DrawnCase, drawnCases } from '../test/unit/graph/cases/cases.ts';
import { encode, type Model } from '../test/unit/graph/raising/model.ts';
import { models } from '../test/unit/graph/raising/models.ts';
import { type AppliedValue, apply, constant, input, type Value } from '../worker/graph/graph.ts';
import { toGraphTensor } from '../worker/graph/onnx/convert.ts';
import { OnnxNode } from '../worker/graph/onnx/node.ts';
import { rules } from '../worker/graph/onnx/raise.ts';
import { readModel } from '../worker/graph/onnx/read.ts';
import { type OperatorName, operators } from '../worker/graph/operators/table.ts';
import { decompose, lower } from '../worker/graph/rewrite.ts';
import { isFloating } from '../worker/tensor.ts';

const INTRODUCTION = `# Operators

\`npm run docs\` writes this page from the operator table (\`worker/graph/operators/\`), the rules that read ONNX
(\`worker/graph/onnx/rules/\`) and the cases of their tests; a test fails where it is out of date.

Each operator of the table is held, on random shapes with seeds (\`test/unit/graph/cases/\`), against its float64
reference:

* what ONNX Runtime computes on the processor;
* its gradient and its tangent against central differences of the reference, against each other (⟨u, J·v⟩ = ⟨Jᵀu, v⟩),
  and its tangent's linearity;
* the Hessian-vector product of a scalar made of it against central differences of the gradient, and its symmetry
  (⟨v, H·w⟩ = ⟨w, H·v⟩);
* all of these as ONNX Runtime computes them with its optimisations.

Each ONNX operator is held against what ONNX Runtime makes of a file that uses it (\`test/unit/graph/raising/\`). One that
is not listed, or an attribute without a rule, is refused by a sentence that names the node before anything runs.`;

/** The canonical operators by which results come from given values. */
function operatorsBetween(results: readonly Value[], from: readonly (Value | null)[]): OperatorName[] {
  const found = new Set<OperatorName>();
  const seen = new Set<Value | null>(from);
  const visit = (value: Value): void => {
    if (seen.has(value)) return;
    seen.add(value);
    if (value.kind !== 'applied') return;
    found.add(value.operator);
    value.inputs.forEach(visit);
  };
  results.forEach(visit);
  return [...found].sort();
}

/** Reads a model node by node, and tells for each ONNX operator what it was read as. */
function readings({ x, opset, ...model }: Model, found: Map<string, Set<OperatorName>>): void {
  const file = readModel(encode({ x, opset, ...model }), 'model.onnx');
  const refuse = (problem: string) => new Error(problem);
  const values = new Map<string, Value | null>([
    ['', null],
    ['x', input('x', 'float32', x)],
    ...[...file.initializers.values()].map(
      initializer => [initializer.name, constant(toGraphTensor(initializer.read(), refuse))] as const,
    ),
  ]);
  // What is inside a node is told by the cases of those operators.
  const surroundings = { file: '', opset, rebatch: null, note: () => {}, raise: () => [] };
  for (const proto of file.nodes) {
    const inputs = (proto.input ?? []).map(name => values.get(name)!);
    const result = rules[proto.op_type]!(new OnnxNode(proto, inputs, surroundings));
    const results = Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
    proto.output?.forEach((name, index) => {
      values.set(name, results[index] ?? null);
    });
    const names = found.get(proto.op_type) ?? new Set();
    found.set(proto.op_type, names);
    for (const name of operatorsBetween(results, inputs)) names.add(name);
  }
}

function onnxTable(): string[] {
  const found = new Map<string, Set<OperatorName>>();
  for (const model of Object.values(models)) readings(model, found);
  const rows = Object.keys(rules)
    .sort()
    .map(name => {
      const written = [...(found.get(name) ?? [])].sort();
      return `| ${name} | ${written.length === 0 ? 'nothing of its own' : written.join(', ')} |`;
    });
  return ['| ONNX operator | read as |', '|---|---|', ...rows];
}

const appliedTo = ({ operator, attributes, tensors }: DrawnCase): AppliedValue =>
  apply(
    operator,
    tensors.map((tensor, index) => input(`in${index}`, tensor.dtype, tensor.shape)),
    attributes,
  ) as AppliedValue;

/** How an operator is differentiated, over all its cases. */
function derivativesOf(cases: readonly AppliedValue[]): string {
  const ways = new Set<string>();
  const others = new Set<OperatorName>();
  for (const node of cases) {
    const [plain] = decompose([node]);
    if (plain !== node) {
      for (const name of operatorsBetween([plain!], node.inputs)) others.add(name);
      continue;
    }
    if (!isFloating(node.type) || !node.inputs.some(from => isFloating(from.type))) {
      ways.add('zero almost everywhere');
      continue;
    }
    const cotangent = input('cotangent', node.type, node.shape);
    const parts = operators[node.operator].gradient?.(cotangent, node) ?? [];
    ways.add(parts.some(part => part !== null) ? 'own rules' : 'zero almost everywhere');
  }
  // Whole numbers and truth values have no derivative, whatever the operator makes of other numbers.
  if (ways.has('own rules') || others.size > 0) ways.delete('zero almost everywhere');
  const through = others.size > 0 ? [`through ${[...others].sort().join(', ')}`] : [];
  return [...ways, ...through].join('; ');
}

/** What ONNX Runtime runs instead of an operator that it lacks. */
function loweringOf(cases: readonly AppliedValue[]): string {
  const found = new Set<OperatorName>();
  for (const node of cases) {
    const [lowered] = lower([node]);
    if (lowered !== node) for (const name of operatorsBetween([lowered!], node.inputs)) found.add(name);
  }
  return [...found].sort().join(', ');
}

function operatorTable(): string[] {
  const rows = (Object.keys(operators) as OperatorName[]).sort().map(name => {
    const cases = drawnCases.filter(({ operator }) => operator === name).map(appliedTo);
    const reference = operators[name].evaluate ? 'yes' : 'no';
    return `| ${name} | ${reference} | ${derivativesOf(cases)} | ${loweringOf(cases)} |`;
  });
  return [
    '| operator | float64 reference | gradient and tangent | computed by ONNX Runtime with |',
    '|---|---|---|---|',
    ...rows,
  ];
}

/** The whole page. */
export const operatorsPage = (): string =>
  [
    INTRODUCTION,
    '',
    '## What ONNX files may use',
    '',
    'Where it says *nothing of its own*, the value is known while the graph is built, or is another one.',
    '',
    ...onnxTable(),
    '',
    '## The canonical operators',
    '',
    ...operatorTable(),
    '',
  ].join('\n');
