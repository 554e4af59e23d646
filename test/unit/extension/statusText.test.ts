import assert from 'node:assert/strict';
import { commands } from '../../../extension/commands.ts';
import type { SharpnessText } from '../../../extension/runs/sharpnessText.ts';
import { type StatusContext, statusText } from '../../../extension/statusText.ts';
import type { PanelState } from '../../../webview/messages.ts';
import type { DevicesResult } from '../../../worker/results.ts';
import { completeSurface, surface, update } from './surfaces.ts';

const checkpoint = 'runs/a.pt';
const { result, progress } = update(43, 100);

describe('status text', () => {
  const cases: readonly [state: PanelState | undefined, text: string, ...tooltip: RegExp[]][] = [
    [undefined, '$(graph) Basin', /No checkpoint/, /\(command:basin\.visualizeLandscape\)/],
    [{ checkpoint, phase: 'starting' }, '$(sync~spin) Basin', /^\*\*runs\/a\\\.pt\*\*\n/],
    [
      { checkpoint, phase: 'computing', surface: result, progress },
      '$(sync~spin) 43 %',
      /Loss \| 0\.0062 ± 0\.0011 \|/,
    ],
    [
      { checkpoint, phase: 'computing', surface: result, progress: { ...progress, done: 999, total: 1000 } },
      '$(sync~spin) 99 %',
    ],
    [
      { checkpoint, phase: 'done', surface: completeSurface },
      '$(graph) 0.00620',
      /Accuracy \| 99\.00% \|/,
      /Cosine of the axes \| −0\.0123 \|/,
      /test split of test\\\.npz, rows 0 to 499/,
      /onnxruntime on cpu, 2 threads/,
      /12 s/,
      /\[Show Landscape\]\(command:basin\.showLandscape\) · \[Show Devices\]\(command:basin\.showDevices\) · \[Show Log\]\(command:basin\.showLog\)$/,
    ],
    [{ checkpoint, phase: 'cancelled' }, '$(graph) Basin'],
    [{ checkpoint, phase: 'cancelled', surface: result }, '$(graph) 0.00620'],
    [{ checkpoint, phase: 'failed', message: 'a.pt: no.' }, '$(warning) Basin', /\na\\\.pt: no\\\.\n/],
    [{ checkpoint, phase: 'stopped', message: 'gone' }, '$(warning) Basin', /\ngone\n/],
    [
      {
        checkpoint,
        phase: 'done',
        surface: surface({ origin: { loss: 'NaN', accuracy: null, standardError: null } }),
      },
      '$(graph) not a number',
      /Loss \| not a number \|\n\| Cosine/,
    ],
  ];
  for (const [state, text, ...tooltip] of cases) {
    it(`${state?.phase ?? 'nothing yet'}: ${text}`, () => {
      const status = statusText(state);
      assert.equal(status.text, text);
      for (const pattern of tooltip) assert.match(status.tooltip, pattern);
    });
  }

  const sharpness: SharpnessText = {
    text: 'λmax 12.3 $(arrow-up)',
    paragraphs: ['**epoch\\_024**', '[Measure This Run](command:basin.measureRun)'],
    accessibleLabel: 'λmax 12.3 of epoch 24',
    isMeasuring: false,
    isOwn: true,
  };
  const { text: _, ...unknown } = sharpness;
  const withSharpness: readonly [
    what: string,
    state: PanelState | undefined,
    context: StatusContext,
    text: string,
    accessible: string,
    tooltip: RegExp,
  ][] = [
    [
      'no landscape yet',
      undefined,
      { sharpness },
      '$(graph) λmax 12.3 $(arrow-up)',
      'Basin: λmax 12.3 of epoch 24',
      /^\*\*epoch\\_024\*\*\n\n\[Measure This Run\].*\n\n\[Visualize Landscape\]/,
    ],
    [
      'a landscape, whose loss gives way',
      { checkpoint, phase: 'done', surface: completeSurface },
      { sharpness },
      '$(graph) λmax 12.3 $(arrow-up)',
      'Basin: λmax 12.3 of epoch 24; landscape of runs/a.pt done',
      /^\*\*epoch\\_024\*\*\n.*\*\*runs\/a\\\.pt\*\*\n.*Loss \|/s,
    ],
    [
      'a run that is being measured',
      undefined,
      { sharpness: { ...sharpness, isMeasuring: true } },
      '$(sync~spin) λmax 12.3 $(arrow-up)',
      'Basin: λmax 12.3 of epoch 24',
      /Measure This Run/,
    ],
    [
      'a landscape that is being computed',
      { checkpoint, phase: 'computing', surface: result, progress },
      { sharpness },
      '$(sync~spin) 43 %',
      'Basin: λmax 12.3 of epoch 24; landscape of runs/a.pt computing',
      /Measure This Run/,
    ],
    [
      'a run of which nothing is known',
      { checkpoint, phase: 'done', surface: completeSurface },
      { sharpness: unknown },
      '$(graph) 0.00620',
      'Basin: λmax 12.3 of epoch 24; landscape of runs/a.pt done',
      /Measure This Run/,
    ],
    [
      'Restricted Mode',
      undefined,
      { sharpness, isRestricted: true },
      '$(graph) Basin',
      'Basin: nothing is read in Restricted Mode',
      /^Basin reads nothing in Restricted Mode\.\n\n\[Manage Workspace Trust\]\(command:workbench\.trust\.manage\)$/,
    ],
  ];
  for (const [what, state, context, text, accessible, tooltip] of withSharpness) {
    it(`beside the sharpness: ${what}`, () => {
      const status = statusText(state, context);
      assert.equal(status.text, text);
      assert.equal(status.accessibleLabel, accessible);
      assert.match(status.tooltip, tooltip);
    });
  }

  it('lists the devices once they are known, each with its reason', () => {
    const cpu = {
      name: 'cpu',
      usable: true,
      hardware: 'processor',
      adapter: null,
      reason: '2 processors.',
      remedy: null,
    };
    const cuda = {
      name: 'cuda',
      usable: false,
      hardware: null,
      adapter: null,
      reason: 'No | GPU.',
      remedy: 'Buy one.',
    };
    const devices = {
      kind: 'devices',
      engine: 'onnxruntime',
      folder: null,
      devices: [cpu, cuda],
      auto: 'cpu',
      tfjs: { engine: null, device: null, reason: '', remedy: null },
    };
    const states = [
      [undefined, 'usable, taken by auto'],
      [{ checkpoint, phase: 'done', surface: completeSurface }, 'usable, in use, taken by auto'],
    ] as const;
    for (const [state, status] of states) {
      const { tooltip } = statusText(state, { devices: devices as DevicesResult });
      assert.ok(tooltip.includes(`\n| cpu | ${status} | 2 processors\\. |\n`), tooltip);
      assert.match(tooltip, /\n\| cuda \| not usable \| No \\\| GPU\\\. \|\n/);
    }
  });

  it('lets no file name become a link, an icon, a table or HTML', () => {
    const hostile = '[x](command:evil)|<b>$(trash)`*_&amp;\\';
    const { tooltip } = statusText({ checkpoint: hostile, phase: 'failed', message: hostile });
    const inert = tooltip.replaceAll(/\\./g, '');
    assert.doesNotMatch(inert.replaceAll(/\[[\w ]+\]\(command:basin\.\w+\)/g, ''), /[[\]()|<>`$&]/);
    const linked = [...inert.matchAll(/\(command:([\w.]+)\)/g)].map(match => match[1]);
    assert.deepEqual(linked, [commands.showLandscape, commands.showDevices, commands.showLog]);
  });
});
