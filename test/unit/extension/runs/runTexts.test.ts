import assert from 'node:assert/strict';
import type { Measuring, RunState } from '../../../../extension/runs/runSource.ts';
import {
  checkpointRow,
  checkpointTooltip,
  measuringText,
  restRow,
  runRow,
  runTooltip,
  shortText,
} from '../../../../extension/runs/runTexts.ts';
import type { RunCheckpoint } from '../../../../worker/results.ts';
import { checkpointOf, measureOf, runOf, runProvenance } from '../../../fixtures/runListings.ts';

const measures = [
  measureOf('train-loss', 0.0123, 0.0011),
  measureOf('test-loss', 0.312, 0.02),
  measureOf('test-accuracy', 0.93),
  measureOf('lambda-max', 12.34, 0.5),
];
const measured = checkpointOf(24, 'measured', { measures, provenance: runProvenance });

describe('the row of a checkpoint', () => {
  const cases: readonly [what: string, checkpoint: RunCheckpoint, description: string, accessible: string][] = [
    ['measured', measured, 'λmax 12.3 · loss 0.312', 'epoch_024.pt, epoch 24, λmax 12.3, test loss 0.312, measured'],
    [
      'measured in part, with a position that its name does not tell',
      checkpointOf(2, 'partial', { measures: [measureOf('train-loss', 1.5)], step: 3000 }),
      'step 3,000 · loss 1.50',
      'epoch_002.pt, epoch 2, step 3,000, train loss 1.50, measured in part',
    ],
    [
      'stale',
      { ...measured, state: 'stale' },
      'λmax 12.3 · loss 0.312 · stale',
      'epoch_024.pt, epoch 24, λmax 12.3, test loss 0.312, measured with other settings, model or data than now',
    ],
    ['not measured', checkpointOf(0), '', 'epoch_000.pt, epoch 0, not measured yet'],
    [
      'with a name that tells nothing',
      checkpointOf(7, 'unmeasured', { file: 'last.pt' }),
      'epoch 7',
      'last.pt, epoch 7, not measured yet',
    ],
    [
      'unfinished',
      checkpointOf(3, 'incomplete', { reason: 'epoch_003.pt: ends after 12 bytes.' }),
      'being written',
      'epoch_003.pt, epoch 3, epoch_003.pt: ends after 12 bytes.',
    ],
    [
      'failed',
      checkpointOf(3, 'failed', { reason: 'epoch_003.pt: holds a pickle that is no checkpoint.' }),
      'holds a pickle that is no checkpoint.',
      'epoch_003.pt, epoch 3, epoch_003.pt: holds a pickle that is no checkpoint.',
    ],
    [
      'gone',
      { ...measured, present: false },
      'λmax 12.3 · loss 0.312 · gone',
      'epoch_024.pt, epoch 24, λmax 12.3, test loss 0.312, deleted or written over since it was measured',
    ],
  ];
  for (const [what, checkpoint, description, accessible] of cases) {
    it(what, () => {
      const row = checkpointRow(checkpoint, 'lambda-max');
      assert.equal(row.label, checkpoint.file);
      assert.equal(row.description, description);
      assert.equal(row.accessibleLabel, accessible);
    });
  }

  it('has an icon of its own for each state', () => {
    const states = ['measured', 'partial', 'stale', 'unmeasured', 'incomplete', 'failed'] as const;
    const icons = states.map(state => checkpointRow(checkpointOf(1, state), 'trace').icon);
    assert.equal(new Set(icons).size, states.length);
  });

  it('names the loss once where that is what stands for the sharpness', () => {
    assert.equal(checkpointRow(measured, 'test-loss').description, 'loss 0.312');
  });

  it('tells all measures with their errors, and when and on what they were computed', () => {
    const tooltip = checkpointTooltip(measured);
    assert.match(tooltip, /^\*\*epoch\\_024\\\.pt\*\*\n\nepoch 24, 20 kB, written /);
    assert.match(tooltip, /\n\| λmax \| 12\.34 ± 0\.50 \|/);
    assert.match(tooltip, /\n\| test accuracy \| 93\.00% \|/);
    assert.match(tooltip, /1,000 rows of train\\\.npz, 0 to 999,.* by onnxruntime 1\\\.30\\\.0 on cpu\\\./);
  });

  it('lets no file name become a link, an icon, a table or HTML', () => {
    const hostile = '[x](command:evil)|<b>$(trash)`*_&amp;\\';
    const tooltip = checkpointTooltip(checkpointOf(1, 'failed', { file: hostile, reason: hostile }));
    assert.doesNotMatch(tooltip.replaceAll(/\\./g, '').replaceAll('**', ''), /[[\]()|<>`$&*]/);
  });
});

describe('a measure without its error', () => {
  const cases: readonly [measure: Parameters<typeof shortText>[0], text: string][] = [
    [measureOf('lambda-max', 12.34, 0.5), 'λmax 12.3'],
    [measureOf('train-accuracy', 0.5), 'train accuracy 50.00%'],
    [{ ...measureOf('keskar', 3.2), upper: null }, 'Keskar sharpness ≥ 3.20'],
    [{ ...measureOf('lambda-min', -3.2), lower: null }, 'λmin ≤ −3.20'],
    [{ ...measureOf('trace', 70), converged: false }, 'trace ≈ 70.0'],
    [{ ...measureOf('train-loss', 0), value: 'NaN' }, 'train loss not a number'],
  ];
  for (const [measure, text] of cases) it(text, () => assert.equal(shortText(measure), text));
});

describe('the row of a run', () => {
  const listed: RunState = {
    folder: '/w/runs/a',
    label: 'runs/a',
    result: runOf('runs/a', [
      checkpointOf(1, 'measured', { present: false }),
      checkpointOf(2, 'measured'),
      checkpointOf(3),
    ]),
  };
  const progress = { done: 1, total: 3, elapsedSeconds: 5, remainingSeconds: 12 };
  const cases: readonly [what: string, more: Partial<RunState>, description: string, icon: string][] = [
    ['listed', {}, '2 checkpoints · 1 measured', 'folder'],
    ['with one checkpoint', { result: runOf('runs/a', [checkpointOf(1)]) }, '1 checkpoint', 'folder'],
    ['that cannot be listed', { problem: 'runs/a: is locked.' }, 'cannot be listed', 'warning'],
    [
      'being measured',
      { measuring: { phase: 'running', progress, current: { file: 'epoch_002.pt', measure: 'lambda-max' } } },
      '2 checkpoints · 1 measured · measuring 1 of 3, λmax, about 12 s left',
      'loading~spin',
    ],
    [
      'paused',
      { measuring: { phase: 'paused', progress } },
      '2 checkpoints · 1 measured · paused after 1 of 3',
      'folder',
    ],
  ];
  for (const [what, more, description, icon] of cases) {
    it(what, () => {
      const row = runRow({ ...listed, ...more });
      assert.deepEqual([row.label, row.description, row.icon], ['runs/a', description, icon]);
      assert.equal(row.accessibleLabel, `run, runs/a, ${description}`);
    });
  }

  it('not listed yet', () => {
    const row = runRow({ folder: '/w/runs/a', label: 'runs/a' });
    assert.deepEqual([row.description, row.accessibleLabel], ['', 'run, runs/a']);
  });

  it('tells what is remembered, and why it cannot be measured', () => {
    const failed: Measuring = { phase: 'failed', message: 'basin.json: lacks "data".' };
    const tooltip = runTooltip({ ...listed, measuring: failed });
    assert.match(tooltip, /1 remembered that are gone\\\.\n\nmeasuring failed\n\nbasin\\\.json: lacks "data"\\\.$/);
  });

  it('stands for the checkpoints that have none', () => {
    assert.equal(restRow(1234).label, '1,234 earlier checkpoints');
  });
});

describe('the measuring of a run in words', () => {
  const cases: readonly [measuring: Measuring, text: string][] = [
    [{ phase: 'running' }, 'measuring'],
    [{ phase: 'waiting' }, 'waits to measure'],
    [{ phase: 'paused' }, 'paused'],
    [{ phase: 'spent' }, 'stopped, as the time for it is spent'],
    [{ phase: 'failed', message: 'no.' }, 'measuring failed'],
  ];
  for (const [measuring, text] of cases) it(measuring.phase, () => assert.equal(measuringText(measuring), text));
});
