import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { checkpointExtensions, looksLikeCheckpoint } from '../../../extension/checkpointFiles.ts';
import { commands, contextKeys, landscapeViewType } from '../../../extension/commands.ts';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

const root = new URL('../../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { command: string; enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
  };
};
const { contributes } = manifest;
const ids: readonly string[] = Object.values(commands);
const menuItems = Object.values(contributes.menus).flat();

describe('contributions in package.json', () => {
  it('declare exactly the commands that are registered', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).toSorted(), ids.toSorted());
  });

  it('put only declared commands into menus', () => {
    assert.deepEqual(
      menuItems.map(({ command }) => command).filter(command => !ids.includes(command)),
      [],
    );
  });

  it('use only context keys of ours that are set', () => {
    const clauses = [...menuItems.map(({ when }) => when), ...contributes.commands.map(({ enablement }) => enablement)];
    const used = clauses.flatMap(clause => clause?.replaceAll(/'[^']*'/g, '').match(/basin\.\w+/g) ?? []);
    assert.deepEqual([...new Set(used)], Object.values(contextKeys));
  });

  it('wake the extension for a landscape that outlived a reload', () => {
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${landscapeViewType}`));
  });

  it('speak of the landscape panel by its view type', () => {
    const viewTypes = menuItems.flatMap(({ when }) => when?.match(/activeWebviewPanelId == '([^']*)'/)?.[1] ?? []);
    assert.deepEqual([...new Set(viewTypes)], [landscapeViewType]);
  });

  it('offer the command on the files that look like checkpoints, local or remote', () => {
    const when = contributes.menus['explorer/context']?.find(
      item => item.command === commands.visualizeLandscape,
    )?.when;
    const pattern = (key: string): RegExp => {
      const [, source, flags] = when?.match(new RegExp(`${key} =~ /(.*?)/(i?)( |$)`)) ?? [];
      assert.ok(source, `no pattern for ${key} in: ${when}`);
      return new RegExp(source, flags);
    };
    const extensions = pattern('resourceExtname')
      .source.match(/\((.*)\)/)?.[1]
      ?.split('|');
    assert.deepEqual(extensions, checkpointExtensions);
    for (const scheme of ['file', 'vscode-remote']) assert.match(scheme, pattern('resourceScheme'));
    assert.doesNotMatch('git', pattern('resourceScheme'));
  });

  it('name icons that are there', () => {
    for (const file of [manifest.icon, 'media/landscape-light.svg', 'media/landscape-dark.svg']) {
      assert.ok(existsSync(new URL(file, root)), file);
    }
  });
});

describe('looks like a checkpoint', () => {
  const cases: readonly [path: string, expected: boolean][] = [
    ['runs/epoch_001.pt', true],
    ['MODEL.PTH', true],
    ['pytorch_model.bin', true],
    ['weights.npz', true],
    ['a.pt.tmp', false],
    ['pt', false],
    ['model.onnx', false],
    ['notes.txt', false],
  ];
  for (const [path, expected] of cases) it(path, () => assert.equal(looksLikeCheckpoint(path), expected));
});
