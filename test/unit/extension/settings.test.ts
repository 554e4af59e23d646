import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { defaultSettings, readSettings, type Settings, settingIds } from '../../../extension/settings.ts';
import { DEVICE_NAMES } from '../../../worker/results.ts';

interface Property {
  readonly type: string;
  readonly scope: string;
  readonly default: unknown;
  readonly enum?: readonly string[];
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

  it('let no workspace name a library to load or the threads to use', () => {
    for (const id of [settingIds.onnxruntimePath, settingIds.threads]) assert.equal(properties[id]?.scope, 'machine');
  });
});

describe('reading settings', () => {
  const cases: readonly [what: string, values: Readonly<Record<string, unknown>>, expected: Partial<Settings>][] = [
    ['nothing set', {}, {}],
    ['a device', { [settingIds.device]: 'webgpu' }, { device: 'webgpu' }],
    ['a device that does not exist', { [settingIds.device]: 'tpu' }, {}],
    ['a path', { [settingIds.onnxruntimePath]: ' /opt/ort ' }, { onnxruntimePath: '/opt/ort' }],
    ['a path that is no text', { [settingIds.onnxruntimePath]: 1 }, {}],
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
