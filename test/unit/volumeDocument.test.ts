import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DecodeError } from '../../worker/decode.ts';
import type { VolumeResult } from '../../worker/results.ts';
import { decodeVolume } from '../../worker/volumeDocument.ts';
import { bound, volumes as document } from '../fixtures/volumes.ts';

const read = (value: unknown): VolumeResult => decodeVolume(JSON.parse(JSON.stringify(value)), '');

const { sensitivity: _, ...plain } = document.local!;
const whole: readonly (readonly [what: string, document: VolumeResult])[] = [
  ['both volumes', document],
  ['none yet', { ...document, local: null, function: null }],
  ['one cutoff', { ...document, local: plain, problems: [], complete: true }],
  [
    'the parameters’ own size as a prior',
    { ...document, local: { ...plain, prior: { sigma: 1, from: 'parameters' } } },
  ],
];

const { local, function: ofFunction } = document;
const damages: readonly (readonly [what: string, document: object, message: RegExp])[] = [
  ['a kind of basin that there is not', { ...document, local: { ...local, basin: 'accuracy' } }, /"local\.basin"/],
  ['a cutoff below 0', { ...document, local: { ...local, cutoff: -1 } }, /"local\.cutoff"/],
  ['a radius as text', { ...document, local: { ...local, radii: ['far'] } }, /"local\.radii\[0\]"/],
  ['half a direction', { ...document, local: { ...local, directions: 0.5 } }, /"local\.directions"/],
  [
    'a verdict that there is not',
    { ...document, local: { ...local, logVolume: { ...bound, verdict: 'exact' } } },
    /verdict/,
  ],
  [
    'a direction without a radius',
    { ...document, local: { ...local, radii: [5.5] } },
    /"local\.radii" is not a list of 2/,
  ],
  [
    'more directions than were asked for',
    { ...document, local: { ...local, directions: 1 } },
    /"local\.logMasses" is not a list of 0 to 1/,
  ],
  [
    'a cutoff without a volume',
    { ...document, local: { ...local, sensitivity: { ...local!.sensitivity!, logVolumes: [bound, bound] } } },
    /"local\.sensitivity\.logVolumes" is not a list of 3/,
  ],
  ['no parts', { ...document, function: { ...ofFunction, parts: [] } }, /"function\.parts"/],
  ['a scheme that there is not', { ...document, function: { ...ofFunction, scheme: 'Glorot' } }, /"function\.scheme"/],
  ['a problem that is no sentence', { ...document, problems: [1] }, /"problems\[0\]"/],
];

describe('a volume in a file', () => {
  for (const [what, own] of whole) it(`is read back as it was: ${what}`, () => assert.deepEqual(read(own), own));

  for (const [what, own, message] of damages) {
    it(`is refused with ${what}`, () =>
      assert.throws(
        () => read(own),
        (error: unknown) => {
          assert.ok(error instanceof DecodeError);
          assert.match(error.message, message);
          return true;
        },
      ));
  }

  it('is read or refused whatever stands in a field, and never breaks', () => {
    const places = [document, local!, ofFunction!] as const;
    const fields = places.flatMap((place, index) => Object.keys(place).map(name => [index, name] as const));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), ([index, name], value) => {
        const damaged = { ...places[index], [name]: value };
        const own = [damaged, { ...document, local: damaged }, { ...document, function: damaged }][index];
        try {
          assert.deepEqual(read(own), JSON.parse(JSON.stringify(own)));
        } catch (error) {
          assert.ok(error instanceof DecodeError, `${name}: ${String(error)}`);
        }
      }),
    );
  });
});
