import assert from 'node:assert/strict';
import { ByItself } from '../../../../extension/runs/byItself.ts';
import type { CheckpointOfRun, Measuring } from '../../../../extension/runs/runSource.ts';
import type { ComputeByItself } from '../../../../extension/settings.ts';
import { checkpointOf } from '../../../fixtures/runListings.ts';

type Answer = 'always' | 'never' | undefined;

function setUp(allowed: ComputeByItself, answers: readonly Answer[] = [], asked = false) {
  const measured: string[] = [];
  let setting = allowed;
  let questions = 0;
  const byItself = new ByItself({
    allowed: () => setting,
    ask: async () => answers[questions++],
    keep: async answer => {
      setting = answer;
    },
    wasAsked: async () => asked,
    rememberAsked: () => {
      asked = true;
    },
    measure: () => 'test-loss',
    measureOnly: ({ checkpoint }, measures) => measured.push(`${checkpoint.file} ${measures.join(' ')}`),
  });
  return { byItself, measured, questions: () => questions, setting: () => setting };
}

const landed = (...epochs: number[]): readonly CheckpointOfRun[] => inRun(undefined, ...epochs);
const inRun = (measuring: Measuring | undefined, ...epochs: number[]): readonly CheckpointOfRun[] =>
  epochs.map(epoch => ({
    run: { folder: '/w/a', label: 'a', ...(measuring && { measuring }) },
    checkpoint: checkpointOf(epoch),
  }));

const losses = 'train-loss test-loss train-accuracy test-accuracy';

describe('measuring new checkpoints by themselves', () => {
  it('takes the newest where it is allowed, each measure once', async () => {
    const { byItself, measured, questions } = setUp('always');
    await byItself.arrived(landed(3, 5, 4));
    assert.deepEqual([measured, questions()], [[`epoch_005.pt ${losses}`], 0]);
  });

  it('does nothing and asks nothing where it is forbidden', async () => {
    const { byItself, measured, questions } = setUp('never', ['always']);
    await byItself.arrived(landed(1));
    assert.deepEqual([measured, questions()], [[], 0]);
  });

  const answers: readonly [answer: Answer, setting: ComputeByItself, measured: number][] = [
    ['always', 'always', 2],
    ['never', 'never', 0],
    [undefined, 'ask', 0],
  ];
  for (const [answer, setting, count] of answers) {
    it(`asks once, and does what is answered: ${answer ?? 'not now'}`, async () => {
      const tested = setUp('ask', [answer]);
      await Promise.all([tested.byItself.arrived(landed(1)), tested.byItself.arrived(landed(2))]);
      await tested.byItself.arrived(landed(3));
      assert.deepEqual([tested.questions(), tested.setting(), tested.measured.length], [1, setting, count]);
    });
  }

  it('does not ask again in a workspace where it was asked before', async () => {
    const { byItself, measured, questions } = setUp('ask', ['always'], true);
    await byItself.arrived(landed(1));
    assert.deepEqual([measured, questions()], [[], 0]);
  });

  for (const phase of ['running', 'waiting', 'paused'] as const) {
    it(`leaves a run alone whose measuring is ${phase}`, async () => {
      const { byItself, measured, questions } = setUp('ask', ['always']);
      await byItself.arrived(inRun({ phase }, 1));
      assert.deepEqual([measured, questions()], [[], 0]);
    });
  }
});
