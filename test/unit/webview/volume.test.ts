import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { VolumeEstimate, VolumeOptions } from '../../../webview/messages.ts';
import { paperTheme } from '../../../webview/picture/paper.ts';
import type { Shape } from '../../../webview/picture/shapes.ts';
import { toSvg } from '../../../webview/picture/svg.ts';
import type { MeasureRow } from '../../../webview/view/measures.ts';
import { volumeCaption } from '../../../webview/volume/caption.ts';
import { type VolumeChartName, volumeCharts } from '../../../webview/volume/figures.ts';
import { formatLogVolume, gapsOf, volumeGroups, volumeVerdict } from '../../../webview/volume/numbers.ts';
import {
  type VolumeDraft,
  volumeCostText,
  volumeDraftOf,
  volumeOptionsOf,
  volumeSummary,
  withVolume,
} from '../../../webview/volume/options.ts';
import { volumePaper } from '../../../webview/volume/paper.ts';
import { volumeStatus } from '../../../webview/volume/status.ts';
import {
  classDescription,
  classTable,
  cutoffDescription,
  cutoffLegend,
  directionViews,
  massDescription,
  massLegend,
  massTable,
  radiusDescription,
  thinned,
} from '../../../webview/volume/view.ts';
import type { LocalVolume, LogVolume, VolumeResult } from '../../../worker/results.ts';
import {
  estimatedVolume,
  partialVolume,
  refusedFunction,
  type VolumeStateName,
  volumeOptions,
  volumeStates,
  wholeVolume,
} from '../../fixtures/volumes.ts';

const whole = wholeVolume.local!;

const rowOf = (result: VolumeResult, label: string): MeasureRow => {
  const found = volumeGroups(result)
    .flatMap(({ rows }) => rows)
    .find(row => row.label === label);
  assert.ok(found !== undefined, `no ${label}`);
  return found;
};

const withLocal = (changes: Partial<LocalVolume>): VolumeResult => ({
  ...wholeVolume,
  local: { ...whole, ...changes },
});

describe('a volume as a number', () => {
  const { logVolume } = whole;
  const cases: readonly [what: string, volume: LogVolume, text: string][] = [
    ['a lower bound by its lower end', logVolume, '≥ −18,438'],
    ['a lower bound without a mass', { ...logVolume, value: '-Infinity', lower: '-Infinity' }, '≥ −∞'],
    ['an estimate with both ends', estimatedVolume.local!.logVolume, '−2,380.7 (−2,381.1 to −2,380.3)'],
  ];
  for (const [what, volume, text] of cases)
    it(`is written: ${what}`, () => assert.equal(formatLogVolume(volume), text));

  it('is never said to be more than its lower end', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e5, max: -1, noNaN: true }), lower => {
        const said = Number(
          formatLogVolume({ ...logVolume, lower })
            .replaceAll(/[≥ ,]/g, '')
            .replace('−', '-'),
        );
        assert.ok(said <= lower && said >= lower * 1.001, `${said} for ${lower}`);
      }),
    );
  });
});

describe('the numbers of volumes', () => {
  it('say of a lower bound that its upper end is open, and on how little it rests', () => {
    const { value, notes } = rowOf(wholeVolume, 'ln volume');
    assert.deepEqual(
      [value, notes],
      ['≥ −18,438', ['−18,253 from these directions', 'lower bound only, its upper end is open']],
    );
    const effective = rowOf(wholeVolume, 'Effective directions');
    assert.deepEqual([effective.value, effective.notes], ['1.0 of 60', ['fewer than 100, which an estimate needs']]);
    assert.deepEqual(rowOf(estimatedVolume, 'ln volume').notes, ['95 % interval']);
    assert.deepEqual(rowOf(estimatedVolume, 'Effective directions').notes, []);
  });

  const cases: readonly [result: VolumeResult, label: string, value: string | null, note: string][] = [
    [wholeVolume, 'Between directions', '183 nats', ''],
    [wholeVolume, 'Cutoff', '0.01 nats', 'of mean KL from the checkpoint’s predictions'],
    [withLocal({ basin: 'loss', cutoff: 0.5 }), 'Cutoff', '0.5', 'of loss above the checkpoint’s'],
    [wholeVolume, 'Prior', 'σ = 0.0909', 'as the parameters were before training, in runs/sgd/step_00000.pt'],
    [withLocal({ prior: { sigma: 0.4, from: 'request' } }), 'Prior', 'σ = 0.400', 'as asked'],
    [wholeVolume, 'Directions', '60', 'stretched by leading eigenvectors of the curvature'],
    [partialVolume, 'Directions', '12 of 60', 'stretched by leading eigenvectors of the curvature'],
    [wholeVolume, 'Radii', '5.22 to 7.11', 'half of them up to 6.28'],
    [
      withLocal({ radii: whole.radii.map(() => 'Infinity') }),
      'Radii',
      null,
      '60 of 60 leave the prior before the basin ends',
    ],
    [wholeVolume, 'Bracketing error', '0.098 nats', ''],
    [wholeVolume, 'Rounding error', '0.00070 nats', ''],
    [partialVolume, 'Rounding error', null, 'It is measured once the first direction is followed.'],
    [
      withLocal({ roundingError: null, radii: ['Infinity', ...whole.radii.slice(1)] }),
      'Rounding error',
      null,
      'The first direction, on which it is measured, has no end.',
    ],
    [wholeVolume, 'Passes', '966', '5.4 a direction at each of 3 cutoffs'],
    [estimatedVolume, 'Passes', '1,040', '5.2 a direction'],
    [partialVolume, 'Passes', '70', ''],
    [withLocal({ cutoff: 1e-9 }), 'Cutoff', '1.00 × 10⁻⁹ nats', 'of mean KL from the checkpoint’s predictions'],
    [wholeVolume, 'Slope', '71.8', 'D/2 = 1,205 in a quadratic basin inside a wide prior'],
    [
      withLocal({ logMasses: whole.logMasses.slice(0, 1), radii: whole.radii.slice(0, 1) }),
      'Between directions',
      null,
      'It takes two directions.',
    ],
    [wholeVolume, 'ln P(f)', '−158.09 ± 0.17', '± standard error of the kernel’s draws; −1.58 nats a point'],
    [wholeVolume, 'Points', '100', '50 of the test split'],
    [wholeVolume, 'Classes', 'each against the rest', 'sum of 10 parts'],
    [estimatedVolume, 'Classes', '5, 6, 7, 8, 9 against all others', ''],
    [wholeVolume, 'Random networks', '300', 'each tensor with mean and deviation as in runs/sgd/step_00000.pt'],
    [wholeVolume, 'Evidence', 'expectation propagation', 'came to rest'],
    [estimatedVolume, 'Evidence', 'expectation propagation', 'did not come to rest: the number may be off'],
  ];
  for (const [result, label, value, note] of cases) {
    it(`have ${label} as ${value ?? 'a gap'}${note === '' ? '' : `, ${note}`}`, () => {
      const found = rowOf(result, label);
      assert.deepEqual([found.value, found.notes.join('; ')], [value, note]);
    });
  }

  it('count directions without an end', () =>
    assert.deepEqual(rowOf(partialVolume, 'Radii').notes.slice(1), ['1 of 12 leave the prior before the basin ends']));

  it('mark what has not converged', () => {
    assert.equal(rowOf(estimatedVolume, 'Evidence').isRough, true);
    assert.equal(rowOf(wholeVolume, 'Evidence').isRough, false);
  });

  it('say in a line what each means, and where it is from', () => {
    for (const { rows } of volumeGroups(wholeVolume)) {
      for (const { label, about } of rows) {
        assert.match(about.meaning, /^[A-Zd].*\.$/s, label);
        assert.match(about.source, /\d{4}|docs\/volume\.md/, label);
      }
    }
  });

  it('show a volume that cannot be had as a gap with its cause', () => {
    const { value, notes } = rowOf(refusedFunction, 'ln P(f)');
    assert.deepEqual([value, notes], [null, refusedFunction.problems]);
    const both = { ...refusedFunction, local: null, problems: ['No prior.', ...refusedFunction.problems] };
    assert.deepEqual(gapsOf(both), { local: 'No prior.', function: refusedFunction.problems[0] });
    assert.deepEqual(gapsOf({ ...wholeVolume, local: null, problems: ['No prior.'] }), {
      local: 'No prior.',
      function: null,
    });
    // What was not asked for, or is not there yet, is no gap.
    assert.deepEqual(gapsOf(partialVolume), { local: null, function: null });
    assert.deepEqual(
      volumeGroups(partialVolume).map(({ title }) => title),
      ['Local volume'],
    );
  });
});

describe('the verdict on volumes', () => {
  const cases: readonly [what: string, result: VolumeResult, verdict: string][] = [
    [
      'both',
      wholeVolume,
      'ln volume ≥ −18,438: lower bound only, 1.0 effective directions of 60. ln P(f) = −158.09 ± 0.17 on 100 points.',
    ],
    [
      'an estimate',
      estimatedVolume,
      'ln volume −2,380.7 (−2,381.1 to −2,380.3): an estimate from 120 effective directions of 200. ln P(f) = −118.40 ± 0.31 on 100 points, not converged.',
    ],
    [
      'a gap',
      refusedFunction,
      `ln volume ≥ −18,438: lower bound only, 1.0 effective directions of 60. ${refusedFunction.problems[0]}`,
    ],
    ['nothing yet', { ...partialVolume, local: null }, 'No direction has been followed yet.'],
  ];
  for (const [what, result, verdict] of cases) it(`tells ${what}`, () => assert.equal(volumeVerdict(result), verdict));
});

describe('the directions of a volume', () => {
  it('are ranked by mass, and remember in which order they were drawn', () => {
    const views = directionViews(whole);
    assert.deepEqual(views[0], { rank: 1, drawn: 7, logMass: whole.logMasses[6], radius: whole.radii[6] });
    const masses = views.map(({ logMass }) => logMass!);
    assert.deepEqual(
      masses,
      masses.toSorted((one, other) => other - one),
    );
    assert.deepEqual(
      views.map(({ rank }) => rank),
      whole.logMasses.map((_, i) => i + 1),
    );
  });

  it('come last where they have no mass, whatever else a document holds', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom('NaN' as const, '-Infinity' as const, 'Infinity' as const),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 30 }), logMasses => {
        const local = { ...whole, logMasses, radii: logMasses.slice(1) };
        const known = directionViews(local).map(({ logMass }) => logMass !== null);
        assert.deepEqual(
          known,
          known.toSorted((one, other) => Number(other) - Number(one)),
        );
        for (const describe of [massDescription, radiusDescription])
          assert.doesNotMatch(describe(local), /undefined|NaN/);
      }),
    );
  });

  it('say which of them makes up the mean', () => {
    assert.match(massLegend(whole), /^◆ the largest, which makes up the mean nearly alone ·/);
    assert.match(massLegend(estimatedVolume.local!), /^◆ the largest · ●/);
    assert.equal(
      massDescription(whole),
      'ln of the prior’s mass that each of 60 directions stands for, from the largest down. Largest: −18,249, then −18,258; smallest: −18,999. ln volume, ln of their mean: −18,253.',
    );
    assert.equal(
      radiusDescription(partialVolume.local!),
      'Each direction by how far the basin reaches along it and ln of the mass it stands for. Radii from 5.625 to 6.998. That of the largest mass is 6.444. 1 has no end before the prior’s.',
    );
  });

  it('have a table that can be read however many there are', () => {
    const { rows, columns } = massTable(whole);
    assert.deepEqual(columns, ['ln mass', 'radius', 'drawn as number']);
    assert.deepEqual(rows[0], { heading: '1', cells: ['−18,249', '6.444', '7'] });
    assert.equal(rows.length, 60);
    const many = Array.from({ length: 12_345 }, (_, i) => -i);
    const table = massTable({ ...whole, logMasses: many, radii: many.map(() => 'Infinity') });
    assert.equal(table.rows.length, 100);
    assert.match(table.title, /100 of 12,345, the exported CSV file has all/);
    assert.deepEqual(table.rows[1], { heading: '125', cells: ['−124.00', 'no end', '125'] });
    assert.deepEqual(thinned([1, 2, 3, 4, 5], 3), [1, 3, 5]);
  });
});

describe('the sensitivity to the cutoff', () => {
  it('stands beside D/2', () => {
    assert.equal(
      cutoffDescription(whole, 2410),
      'ln volume by cutoff: 0.001: ≥ −18,729; 0.01: ≥ −18,438; 0.1: ≥ −18,438. Slope d ln volume/d ln cutoff: 71.8, where a quadratic basin inside a wide prior has D/2 = 1,205.',
    );
    assert.match(cutoffLegend(whole), /▲ lower bound, its upper end open · bar/);
  });
});

describe('the classes of a function', () => {
  it('are told as far as a reader can follow, the least likely first', () => {
    const many = { ...wholeVolume.function!, parts: Array.from({ length: 1234 }, (_, i) => -i) };
    assert.match(classDescription(many), /, the least likely of 1,234: 1233: −1,230; 1232: −1,230;.* 1214: −1,210\.$/);
    assert.equal(classTable(many).rows.length, 95);
    assert.match(classTable(many).title, /95 of 1,234, the exported CSV file has all/);
    assert.ok(volumePaper('classes', { ...wholeVolume, function: many }) !== null);
  });

  it('are told one by one', () =>
    assert.match(classDescription(wholeVolume.function!), /together make −158\.09: 0: −12\.3; 1: −19\.8;/));
});

/** What shapes are drawn, also within frames. */
const flat = (shapes: readonly Shape[]): Shape[] =>
  shapes.flatMap(shape => (shape.kind === 'clip' ? flat(shape.shapes) : [shape]));

describe('the charts of volumes for print', () => {
  const names = Object.keys(volumeCharts) as VolumeChartName[];
  for (const name of names) {
    it(`draw ${volumeCharts[name]}, with a caption that tells prior and cutoff`, () => {
      const picture = volumePaper(name, wholeVolume)!;
      const svg = toSvg(picture, paperTheme, { title: 't', description: 'd' });
      const text = flat(picture.shapes)
        .flatMap(shape => (shape.kind === 'text' ? [shape.text] : []))
        .join(' ');
      assert.match(text, /lower bound only, 1\.0 effective directions of 60/);
      assert.match(
        text,
        /mean KL up to 0\.01 nats, 60 directions .*σ = 0\.0909, as the parameters were before training/,
      );
      assert.doesNotMatch(svg, /NaN|undefined/);
    });
  }

  it('have a mark for every direction, the largest larger than the others', () => {
    const sizes = (name: VolumeChartName): number[] =>
      flat(volumePaper(name, wholeVolume)!.shapes).flatMap(shape =>
        shape.kind === 'areas'
          ? shape.paths.map(path => Math.max(...path.map(([x]) => x)) - Math.min(...path.map(([x]) => x)))
          : [],
      );
    for (const name of ['masses', 'radii'] as const) {
      const marks = sizes(name).filter(size => size > 3 && size < 20);
      assert.equal(marks.length, 60, name);
      assert.equal(marks.filter(size => size > 7).length, 1, name);
    }
  });

  it('are left out where there is nothing of them', () => {
    const drawn = (result: VolumeResult): VolumeChartName[] => names.filter(name => volumePaper(name, result) !== null);
    assert.deepEqual(drawn(wholeVolume), names);
    assert.deepEqual(drawn(partialVolume), ['masses', 'radii']);
    assert.deepEqual(drawn(estimatedVolume), ['masses', 'radii']);
    assert.deepEqual(drawn({ ...wholeVolume, local: null }), ['classes']);
    assert.deepEqual(drawn(withLocal({ radii: whole.radii.map(() => 'Infinity') })), ['masses', 'cutoffs', 'classes']);
    assert.deepEqual(drawn(withLocal({ logMasses: whole.logMasses.map(() => '-Infinity') })), ['cutoffs', 'classes']);
    assert.deepEqual(drawn(withLocal({ sensitivity: { ...whole.sensitivity!, cutoffs: [0, 0, 0] } })), [
      'masses',
      'radii',
      'classes',
    ]);
  });
});

describe('the caption of volumes', () => {
  it('tells what was computed, and of a function no sample', () => {
    assert.match(
      volumeCaption(wholeVolume),
      /^Volume of runs\/sgd\/step_00960\.pt in model\.onnx, 1,024 examples of the train split of train\.npz#x, seed 0, no BatchNorm\. Basin: /,
    );
    assert.match(
      volumeCaption({ ...wholeVolume, local: null }),
      /^Volume of the function of runs\/sgd\/step_00960\.pt in model\.onnx, seed 0, no BatchNorm\. Computed by onnxruntime/,
    );
  });
});

describe('the form of volumes', () => {
  const draft = volumeDraftOf(volumeOptions);
  const from = (changes: Partial<VolumeDraft>): VolumeOptions | string =>
    volumeOptionsOf({ ...draft, ...changes }, volumeOptions);

  it('asks for what its fields began with', () => {
    const all: VolumeOptions = { ...volumeOptions, sigma: 0.4, positive: [5, 6], basin: 'loss' };
    for (const options of [volumeOptions, all]) {
      assert.deepEqual(volumeOptionsOf(volumeDraftOf(options), options), options);
    }
  });

  const wrong: readonly [what: string, changes: Partial<VolumeDraft>, message: RegExp][] = [
    ['no volume', { volumes: [] }, /at least one volume/],
    ['a single direction', { directions: '1' }, /From 2 to 100,000 directions/],
    ['half a direction', { directions: '10.5' }, /directions/],
    ['no cutoff', { cutoff: '' }, /cutoff is a number above 0/],
    ['a cutoff of 0', { cutoff: '0' }, /cutoff/],
    ['an infinite cutoff', { cutoff: 'Infinity' }, /cutoff/],
    ['a word as σ', { sigma: 'wide' }, /σ is a number above 0/],
    ['three networks', { initializations: '3' }, /From 4 to 100,000 random networks/],
    ['too many points', { points: '2001' }, /2 to 2,000 points/],
    ['classes without commas', { positive: '5 6' }, /whole numbers from 0 on with commas/],
    ['a class too many commas', { positive: '5,,6' }, /whole numbers from 0 on with commas/],
    ['a negative class', { positive: '-1' }, /whole numbers from 0 on with commas/],
  ];
  for (const [what, changes, message] of wrong) {
    it(`says what is wrong with ${what}`, () => assert.match(String(from(changes)), message));
  }

  it('reads classes and an empty σ as they are meant', () => {
    const options = from({ positive: ' 5, 6 ,7 ', sigma: ' ' });
    assert.ok(typeof options === 'object');
    assert.deepEqual([options.positive, options.sigma], [[5, 6, 7], null]);
  });

  it('does not look at the fields of what is not asked for, and keeps what they were', () => {
    const options = volumeOptionsOf(withVolume({ ...draft, points: 'many' }, 'function', false), volumeOptions);
    assert.deepEqual(options, { ...volumeOptions, volumes: ['local'] });
    assert.deepEqual(withVolume({ ...draft, volumes: ['function'] }, 'local', true).volumes, ['local', 'function']);
  });

  it('says in a few words what is asked for', () => {
    assert.equal(
      volumeSummary(volumeOptions),
      'local volume, 60 directions, cutoff 0.01, train split; volume of the function on 100 points',
    );
  });

  const local = { passes: { least: 512, most: 662 }, products: { least: 79, most: 164 }, seconds: null } as const;
  const ofFunction = { drawSeconds: null, evidenceSeconds: { least: 0.6, most: 1.2 }, groups: null } as const;
  const costs: readonly [what: string, estimate: Partial<VolumeEstimate> | undefined, text: string][] = [
    ['of what is not known yet', undefined, 'Estimating…'],
    ['of other options', { options: { ...volumeOptions, points: 2 } }, 'Estimating…'],
    [
      'before a pass was measured',
      { local, function: ofFunction },
      'Local volume: about 512 to 662 passes over the sample and 79 to 164 products of the curvature. Volume of the function: 300 random networks on 100 points; then expectation propagation, about 1 s for each class. How long a pass takes is known once a landscape was computed here.',
    ],
    [
      'in seconds',
      {
        local: { ...local, products: { least: 0, most: 0 }, seconds: { least: 5.1, most: 6.6 } },
        function: { drawSeconds: 2.2, evidenceSeconds: { least: 11, most: 25 }, groups: 10 },
      },
      'Local volume: about 512 to 662 passes over the sample, 5 s to 7 s. Volume of the function: 300 random networks on 100 points, 2 s; then expectation propagation, about 1 min 50 s to 4 min 10 s.',
    ],
    [
      'of the local one alone',
      { local: { ...local, seconds: { least: 0.2, most: 0.4 } } },
      'Local volume: about 512 to 662 passes over the sample and 79 to 164 products of the curvature, 1 s.',
    ],
  ];
  for (const [what, estimate, text] of costs) {
    it(`says the cost ${what}`, () =>
      assert.equal(
        volumeCostText(volumeOptions, estimate && { options: volumeOptions, local: null, function: null, ...estimate }),
        text,
      ));
  }
});

describe('the status of volumes', () => {
  const cases: Readonly<Record<VolumeStateName, readonly [headline: string, detail: string, progress: unknown]>> = {
    idle: [
      'Not computed yet.',
      'Directions are shown as they are followed, and kept when you cancel: computing goes on from there.',
      null,
    ],
    starting: ['Loading model and data…', '', 'unknown'],
    computing: [
      'Computing…',
      '12 of 60 directions, 1.4 s, about 6 s left, 64 MB',
      { done: 12, total: 60, elapsedSeconds: 1.4, remainingSeconds: 5.6 },
    ],
    done: ['Done', 'in 6.4 s', null],
    refused: ['Done', 'in 6.4 s', null],
    estimated: ['Done', 'in 6.4 s', null],
    cancelled: ['Cancelled', 'after 12 of 60 directions, 1.4 s', null],
    failed: ['Failed', '', null],
    stopped: ['Stopped', 'after 12 of 60 directions, 1.4 s', null],
  };
  for (const [name, [headline, detail, progress]] of Object.entries(cases)) {
    it(`is told when ${name}`, () => {
      const status = volumeStatus(volumeStates[name as VolumeStateName]);
      assert.deepEqual([status.headline, status.detail, status.progress], [headline, detail, progress]);
    });
  }

  it('has no end in sight while directions are prepared', () => {
    const { progress, detail } = volumeStatus({
      ...volumeStates.computing,
      progress: {
        stage: 'preconditioner',
        progress: { done: 0, total: 60, elapsedSeconds: 1, remainingSeconds: null },
        memoryBytes: 64e6,
      },
    });
    assert.deepEqual([progress, detail], ['unknown', 'preparing the directions, 1 s, 64 MB']);
  });

  it('counts networks and evidences together', () => {
    const { detail } = volumeStatus({
      ...volumeStates.computing,
      progress: {
        stage: 'evidence',
        progress: { done: 1001, total: 1005, elapsedSeconds: 62, remainingSeconds: 3.2 },
        memoryBytes: 64e6,
      },
    });
    assert.equal(detail, 'expectation propagation, 1,001 of 1,005 steps, 1 min 2 s, about 4 s left, 64 MB');
  });
});
