import { drawnCases } from './cases/cases.ts';
import { expressionOf, isDifferentiated } from './cases/expressions.ts';
import { randomGraphs } from './cases/graphs.ts';
import { checkEngine, checkFirst, checkLinear, checkSecond } from './derivativeChecks.ts';

describe('derivatives', () => {
  for (const one of drawnCases.filter(isDifferentiated)) {
    describe(`of ${one.title}`, () => {
      it('are what central differences of the reference give', () => checkFirst(expressionOf(one)));
      it('are linear', () => checkLinear(expressionOf(one)));
      it('have a symmetric derivative, which is the second one', () => checkSecond(expressionOf(one)));
      it('are computed by ONNX Runtime as by the reference', () => checkEngine(expressionOf(one)));
    });
  }

  for (const { title, ...graph } of randomGraphs) {
    describe(`of a graph of ${title}`, () => {
      it('are what central differences of the reference give', () => checkFirst(graph));
      it('are linear', () => checkLinear(graph));
      it('have a symmetric derivative, which is the second one', () => checkSecond(graph));
      it('are computed by ONNX Runtime as by the reference', () => checkEngine(graph));
    });
  }
});
