import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  computeByItselfValues,
  defaultSettings,
  readSettings,
  type Settings,
  settingIds,
} from '../../../extension/settings.ts';
import { workerEnvironment } from '../../../extension/workerEnvironment.ts';
import { ENGINE_NAMES } from '../../../worker/protocol.ts';
import { DEVICE_NAMES, RUN_MEASURE_NAMES } from '../../../worker/results.ts';

interface Property {
  readonly type: string;
  readonly scope: string;
  readonly default: unknown;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
}

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly contributes: { readonly configuration: { readonly properties: Readonly<Record<string, Property>> } };
};
const { properties } = manifest.contributes.configuration;

describe('settings in package.json', () => {
  it('are exactly those that are read, with the same defaults', () => {
    const declared = Object.entries(properties).map(([id, property]) => [id, property.default]);
    const read = Object.entries(settingIds).map(([name, id]) => [id, defaultSettings[name as keyof Settings]]);
    assert.deepEqual(Object.fromEntries(declared), Object.fromEntries(read));
  });

  it('offer auto and every device', () => {
    assert.deepEqual(properties[settingIds.device]?.enum, ['auto', ...DEVICE_NAMES]);
  });

  it('offer auto and every engine', () => {
    assert.deepEqual(properties[settingIds.engine]?.enum, ['auto', ...ENGINE_NAMES]);
  });

  it('offer every measure, and every answer to the question', () => {
    assert.deepEqual(properties[settingIds.statusBarMeasure]?.enum, RUN_MEASURE_NAMES);
    assert.deepEqual(properties[settingIds.computeByItself]?.enum, computeByItselfValues);
    for (const { enum: values, enumDescriptions } of Object.values(properties)) {
      if (enumDescriptions !== undefined) assert.equal(enumDescriptions.length, values?.length);
    }
  });

  it('let no workspace name a library to load or the threads to use', () => {
    for (const id of [settingIds.onnxruntimePath, settingIds.tfjsPath, settingIds.threads])
      assert.equal(properties[id]?.scope, 'machine');
  });
});

describe('reading settings', () => {
  const cases: readonly [what: string, values: Readonly<Record<string, unknown>>, expected: Partial<Settings>][] = [
    ['nothing set', {}, {}],
    ['a device', { [settingIds.device]: 'webgpu' }, { device: 'webgpu' }],
    ['a device that does not exist', { [settingIds.device]: 'tpu' }, {}],
    ['an engine', { [settingIds.engine]: 'tfjs' }, { engine: 'tfjs' }],
    ['an engine that does not exist', { [settingIds.engine]: 'jax' }, {}],
    ['a path of TensorFlow.js', { [settingIds.tfjsPath]: ' /opt/tfjs ' }, { tfjsPath: '/opt/tfjs' }],
    ['a path', { [settingIds.onnxruntimePath]: ' /opt/ort ' }, { onnxruntimePath: '/opt/ort' }],
    ['a path that is no text', { [settingIds.onnxruntimePath]: 1 }, {}],
    ['a measure', { [settingIds.statusBarMeasure]: 'trace' }, { statusBarMeasure: 'trace' }],
    ['a measure that does not exist', { [settingIds.statusBarMeasure]: 'fisher-rao' }, {}],
    ['an answer', { [settingIds.computeByItself]: 'never' }, { computeByItself: 'never' }],
    ['an answer that is none', { [settingIds.computeByItself]: true }, {}],
    ['a budget', { [settingIds.budgetMinutes]: 0.5 }, { budgetMinutes: 0.5 }],
    ['no limit', { [settingIds.budgetMinutes]: 0 }, { budgetMinutes: 0 }],
    ['a budget below 0', { [settingIds.budgetMinutes]: -1 }, {}],
    ['a budget that is no number', { [settingIds.budgetMinutes]: '5' }, {}],
    ['threads', { [settingIds.threads]: 3 }, { threads: 3 }],
    ['threads below 0', { [settingIds.threads]: -1 }, {}],
    ['half a thread', { [settingIds.threads]: 0.5 }, {}],
  ];
  for (const [what, values, expected] of cases) {
    it(what, () =>
      assert.deepEqual(
        readSettings(id => values[id]),
        { ...defaultSettings, ...expected },
      ),
    );
  }
});

describe('libraries of the user’s own', () => {
  const settings: Settings = { ...defaultSettings, onnxruntimePath: '/opt/ort', tfjsPath: '/opt/tfjs' };

  it('are named to the engine in a trusted workspace only', () => {
    assert.deepEqual(workerEnvironment(true, settings), { BASIN_ONNXRUNTIME: '/opt/ort', BASIN_TFJS: '/opt/tfjs' });
    assert.deepEqual(workerEnvironment(false, settings), {});
  });

  it('are not named where none is set', () => assert.deepEqual(workerEnvironment(true, defaultSettings), {}));
});
