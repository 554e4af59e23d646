import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { checkpointExtensions, looksLikeCheckpoint } from '../../../extension/checkpointFiles.ts';
import {
  commands,
  compareViewType,
  contextKeys,
  landscapeViewType,
  resultViewTypes,
  runsViewId,
  runViewType,
  setUpViewId,
  walkthroughId,
} from '../../../extension/commands.ts';
import { contextOf } from '../../../extension/runs/runNodes.ts';
import { resultFileName } from '../../../extension/surfaceCommand.ts';
import { checkpointOf } from '../../fixtures/runListings.ts';

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
    readonly customEditors: readonly {
      viewType: string;
      priority: string;
      selector: readonly { filenamePattern: string }[];
    }[];
    readonly views: Readonly<Record<string, readonly { id: string; when?: string; icon: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { id: string; icon: string }[] };
    readonly viewsWelcome: readonly { view: string; contents: string; when?: string }[];
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
/** What the rows of the view of runs may be. */
const contexts: readonly string[] = [
  contextOf({ kind: 'run', folder: '/w/a' }, undefined),
  contextOf({ kind: 'run', folder: '/w/a' }, { phase: 'running' }),
  ...(['measured', 'partial', 'stale', 'unmeasured', 'failed', 'incomplete'] as const).map(state =>
    contextOf({ kind: 'checkpoint', folder: '/w/a', path: '', checkpoint: checkpointOf(1, state) }, undefined),
  ),
  contextOf(
    { kind: 'checkpoint', folder: '/w/a', path: '', checkpoint: checkpointOf(1, 'measured', { present: false }) },
    undefined,
  ),
  contextOf({ kind: 'rest', folder: '/w/a', count: 1 }, undefined),
];
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
      ...contributes.viewsWelcome.map(({ when }) => when),
    ];
    const used = clauses.flatMap(clause => clause?.replaceAll(/'[^']*'|\/[^/]*\//g, '').match(/basin\.\w+/g) ?? []);
    assert.deepEqual([...new Set(used)].toSorted(), Object.values(contextKeys).toSorted());
  });

  it('put into the menus of the runs only what belongs to rows as they are', () => {
    const when = (contributes.menus['view/item/context'] ?? []).map(item => item.when ?? '');
    const patterns = when.map(clause => /viewItem (?:== '(.*)'|=~ \/(.*)\/)$/.exec(clause));
    for (const [index, pattern] of patterns.entries()) {
      assert.ok(pattern, when[index]);
      const context = new RegExp(pattern[2] ?? `^${pattern[1]}$`);
      assert.ok(
        contexts.some(each => context.test(each)),
        when[index],
      );
    }
    assert.deepEqual(
      contexts.filter(each => !patterns.some(pattern => new RegExp(pattern?.[2] ?? `^${pattern?.[1]}$`).test(each))),
      ['checkpoint.incomplete', 'checkpoint.gone', 'rest'],
    );
  });

  it('wake the extension for panels that outlived a reload', () => {
    const woken = manifest.activationEvents.flatMap(event => event.match(/(?<=^onWebviewPanel:).*/) ?? []);
    assert.deepEqual(woken, [landscapeViewType, runViewType, compareViewType]);
  });

  it('speak of the landscape panel by its view type', () => {
    const viewTypes = menuItems.flatMap(({ when }) => when?.match(/activeWebviewPanelId == '([^']*)'/)?.[1] ?? []);
    assert.deepEqual([...new Set(viewTypes)], [landscapeViewType]);
    const editors = menuItems.flatMap(({ when }) => when?.match(/activeCustomEditorId =~ \/([^/]*)\//)?.[1] ?? []);
    for (const pattern of new Set(editors)) {
      for (const viewType of Object.values(resultViewTypes)) assert.match(viewType, new RegExp(pattern));
    }
    assert.ok(editors.length > 0);
  });

  it('open files that are named as results by themselves, and other JSON files on request', () => {
    assert.deepEqual(
      contributes.customEditors.map(({ viewType, priority, selector }) => [
        viewType,
        priority,
        ...selector.map(({ filenamePattern }) => filenamePattern),
      ]),
      [
        [resultViewTypes.named, 'default', `*.${resultFileName('').slice(1)}`],
        [resultViewTypes.any, 'option', '*.json'],
      ],
    );
  });

  it('offer the command on the files that look like checkpoints, local or remote', () => {
    const when = contributes.menus['explorer/context']?.find(
      item => item.command === commands.visualizeLandscape,
    )?.when;
    const pattern = (key: string): RegExp => {
      const [, source, flags] = when?.match(new RegExp(`${key} =~ /(.*?)/(i?)([ )]|$)`)) ?? [];
      assert.ok(source, `no pattern for ${key} in: ${when}`);
      return new RegExp(source, flags);
    };
    const extensions = pattern('resourceExtname')
      .source.match(/\((.*)\)/)?.[1]
      ?.split('|');
    assert.deepEqual(extensions, checkpointExtensions);
    for (const name of ['model.json', 'model.safetensors.index.json', 'pytorch_model.bin.index.json']) {
      assert.match(name, pattern('resourceFilename'));
      assert.ok(looksLikeCheckpoint(`/w/${name}`));
    }
    for (const name of ['package.json', 'mymodel.json', 'index.json']) {
      assert.doesNotMatch(name, pattern('resourceFilename'));
      assert.ok(!looksLikeCheckpoint(`/w/${name}`));
    }
    for (const scheme of ['file', 'vscode-remote']) assert.match(scheme, pattern('resourceScheme'));
    assert.doesNotMatch('git', pattern('resourceScheme'));
  });

  it('welcome in the views that the extension fills', () => {
    const views = Object.values(contributes.views).flatMap(group => group.map(({ id }) => id));
    assert.deepEqual(views, [setUpViewId, runsViewId]);
    assert.deepEqual([...new Set(contributes.viewsWelcome.map(({ view }) => view))], views);
    assert.deepEqual(Object.keys(contributes.views), ['explorer', contributes.viewsContainers.activitybar[0]?.id]);
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
    const icons = [
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(contributes.views).flatMap(views => views.map(({ icon }) => icon)),
    ];
    for (const file of [manifest.icon, 'media/landscape-light.svg', 'media/landscape-dark.svg', ...icons]) {
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
