import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { checkpointExtensions, looksLikeCheckpoint } from '../../../extension/checkpointFiles.ts';
import { commands, contextKeys, landscapeViewType, setUpViewId, walkthroughId } from '../../../extension/commands.ts';

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
    readonly views: Readonly<Record<string, readonly { id: string; when: string }[]>>;
    readonly viewsWelcome: readonly { view: string; contents: string }[];
    readonly walkthroughs: readonly {
      id: string;
      steps: readonly {
        description: string;
        media: { image?: string; markdown?: string };
        completionEvents: readonly string[];
      }[];
    }[];
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
    const clauses = [
      ...menuItems.map(({ when }) => when),
      ...contributes.commands.map(({ enablement }) => enablement),
      ...Object.values(contributes.views).flatMap(views => views.map(({ when }) => when)),
    ];
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

  it('offer to set up a project in the view that the extension fills', () => {
    const views = Object.values(contributes.views).flatMap(group => group.map(({ id }) => id));
    assert.deepEqual(views, [setUpViewId]);
    assert.deepEqual([...new Set(contributes.viewsWelcome.map(({ view }) => view))], views);
    const opened = contributes.viewsWelcome.map(({ contents }) => decodeURIComponent(contents)).join();
    assert.match(opened, new RegExp(`openWalkthrough\\?"${walkthroughId}"`));
    assert.equal(walkthroughId, `basin.basin#${contributes.walkthroughs[0]?.id}`);
  });

  it('link to commands and media that are there', () => {
    const steps = contributes.walkthroughs.flatMap(walkthrough => walkthrough.steps);
    const texts = [...steps.map(step => step.description), ...contributes.viewsWelcome.map(({ contents }) => contents)];
    const linked = texts.flatMap(text => [...text.matchAll(/command:(basin\.\w+)/g)].map(([, id]) => id!));
    const awaited = steps
      .flatMap(step => step.completionEvents)
      .flatMap(event => event.match(/(?<=^onCommand:).*/) ?? []);
    assert.ok(linked.length > 3);
    assert.deepEqual(
      [...linked, ...awaited].filter(id => !ids.includes(id)),
      [],
    );
    for (const { media } of steps) {
      const file = media.image ?? media.markdown;
      assert.ok(file !== undefined && existsSync(new URL(file, root)), file);
    }
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
