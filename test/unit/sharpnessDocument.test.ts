import assert from 'node:assert/strict';
import { DecodeError } from '../../worker/decode.ts';
import type { SharpnessResult } from '../../worker/results.ts';
import { decodeMeasured, decodeSharpness } from '../../worker/sharpnessDocument.ts';
import { someProvenance } from '../fixtures/provenance.ts';

const provenance: SharpnessResult['provenance'] = someProvenance;

const document: SharpnessResult = {
  kind: 'sharpness',
  checkpoint: 'a.pt',
  loss: 0.5,
  measures: [
    {
      name: 'keskar',
      value: 1.5,
      lower: 1.4,
      upper: null,
      converged: true,
      epsilon: 0.001,
      quadratic: 1.2,
      tenIterations: 1.4,
      noise: 1e-6,
      evaluations: { losses: 8, gradients: 11, products: 0 },
      rescaled: [
        { alpha: 1, value: 1.5, lower: 1.4, upper: null },
        { alpha: 2, value: 'Infinity', lower: null, upper: null },
      ],
      invariant: false,
    },
    {
      name: 'adaptive',
      value: 'NaN',
      lower: null,
      upper: null,
      converged: false,
      rho: 0.002,
      m: 128,
      evaluations: { losses: 0, gradients: 1 },
      problem: 'The loss is not finite here.',
    },
  ],
  rescaling: {
    pair: { multiplied: ['fc1.weight'], divided: ['fc2.weight'], through: ['Relu'] },
    pairs: 2,
    alphas: [1, 2],
    change: [0, 1e-7],
    curve: {
      t: [-1, 0, 1],
      loss: [
        [2, 0.5, 2],
        [2, 0.5, 'NaN'],
      ],
      deviation: [0, 'NaN'],
    },
  },
  complete: true,
  provenance,
};

/** The document with one of its fields, named by its way there, made something else. */
function changed(way: string, value: unknown): unknown {
  const copy = structuredClone(document) as unknown;
  const names = way.split('.');
  const last = names.pop()!;
  const owner = names.reduce((own, name) => (own as Record<string, unknown>)[name], copy) as Record<string, unknown>;
  owner[last] = value;
  return copy;
}

describe('a sharpness document', () => {
  it('reads back as it was written, and without what is none of it', () => {
    assert.deepEqual(decodeSharpness(JSON.parse(JSON.stringify(document)), ''), document);
    assert.deepEqual(decodeSharpness({ ...document, colour: 'red' }, ''), document);
    const bare = { ...document, measures: [], rescaling: null, rescalingProblem: 'No pair.' };
    assert.deepEqual(decodeSharpness(bare, ''), bare);
  });

  const damaged: readonly (readonly [way: string, value: unknown, message: RegExp])[] = [
    ['kind', 'spectrum', /"kind" is not sharpness/],
    ['loss', null, /"loss" is not/],
    ['measures', {}, /"measures" is not a list/],
    ['measures.0.name', 'flatness', /"measures\[0\]\.name" is not one of keskar, /],
    ['measures.0.value', 'nan', /"measures\[0\]\.value" is not/],
    ['measures.0.converged', 'yes', /"measures\[0\]\.converged"/],
    ['measures.0.noise', -1, /"measures\[0\]\.noise" is below 0/],
    ['measures.0.evaluations', undefined, /"measures\[0\]\.evaluations" is not an object/],
    ['measures.0.rescaled.1.alpha', '2', /"measures\[0\]\.rescaled\[1\]\.alpha" is not a number/],
    ['rescaling.pair', null, /"rescaling\.pair" is not an object/],
    ['rescaling.curve.loss.1', 3, /"rescaling\.curve\.loss\[1\]" is not a list/],
    ['provenance.time', 'yesterday', /"provenance\.time" is not a time/],
    ['complete', undefined, /"complete" is not/],
  ];
  for (const [way, value, message] of damaged) {
    it(`is refused where ${way} is ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => decodeSharpness(changed(way, value), ''),
        error => error instanceof DecodeError && message.test(error.message),
      );
    });
  }

  it('of one measure, as it is kept, reads back too', () => {
    const { loss, measures } = document;
    const measured = { loss, measures, time: provenance.time, seconds: 2 };
    assert.deepEqual(decodeMeasured(JSON.parse(JSON.stringify(measured)), ''), measured);
    assert.throws(() => decodeMeasured({ ...measured, measures: [] }, ''), DecodeError);
    assert.throws(() => decodeMeasured({ ...measured, time: 'now' }, ''), DecodeError);
  });
});
