import {
  Disposable,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from 'vscode';
import type { RunCheckpoint, RunMeasureName } from '../../worker/results.ts';
import { commands, runsViewId } from '../commands.ts';
import { systemClock } from './clock.ts';
import { Coalescer } from './coalescer.ts';
import { checkpointNode, checkpointNodes, contextOf, idOf, type RunsNode } from './runNodes.ts';
import type { RunState } from './runSource.ts';
import type { Runs } from './runs.ts';
import { checkpointRow, checkpointTooltip, type RowText, restRow, runRow, runTooltip } from './runTexts.ts';

/** The view of the workspace's runs and their checkpoints. */
export class RunsView implements TreeDataProvider<RunsNode>, Disposable {
  readonly #runs: Runs;
  readonly #measure: () => RunMeasureName;
  readonly #changed = new EventEmitter<RunsNode | undefined>();
  readonly #view: TreeView<RunsNode>;
  readonly #redraw: Coalescer;
  readonly #subscriptions: Disposable;
  /** VS Code knows a row that has changed by its object. */
  readonly #nodes = new Map<string, RunsNode>();
  readonly #checkpointNodes = new WeakMap<RunCheckpoint, RunsNode>();
  /** Rows of checkpoints of which nothing new is known. */
  #items = new WeakMap<RunsNode, TreeItem>();
  /** What the view shows now of each run. */
  #shown = new Map<string, RunState>();
  #endProgress: (() => void) | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  /** @param measure Which measure stands for a checkpoint's sharpness. */
  constructor(runs: Runs, measure: () => RunMeasureName) {
    this.#runs = runs;
    this.#measure = measure;
    this.#view = window.createTreeView(runsViewId, {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    // Measures may come many times a second, and each change makes VS Code ask for all rows of the run.
    this.#redraw = new Coalescer(async () => this.#update(), { quietMs: 100, latestMs: 500, share: 0.05 }, systemClock);
    this.#subscriptions = Disposable.from(
      this.#view,
      this.#changed,
      this.#redraw,
      runs.onDidChange(() => this.#redraw.report()),
    );
  }

  /** The rows that are selected. */
  get selection(): readonly RunsNode[] {
    return this.#view.selection;
  }

  /** Draws every row anew, as another measure is shown. */
  redraw(): void {
    this.#items = new WeakMap();
    this.#changed.fire(undefined);
  }

  getChildren(node?: RunsNode): RunsNode[] {
    if (node === undefined) {
      const { runs } = this.#runs;
      this.#shown = new Map(runs.map(run => [run.folder, run]));
      return runs.map(({ folder }) => this.#nodeOf(folder));
    }
    const run = node.kind === 'run' ? this.#runs.run(node.folder) : undefined;
    return run === undefined
      ? []
      : [...checkpointNodes(run, (folder, checkpoint) => this.#checkpointNodeOf(folder, checkpoint))];
  }

  getTreeItem(node: RunsNode): TreeItem {
    const run = this.#runs.run(node.folder);
    switch (node.kind) {
      case 'run':
        return itemOf(
          node,
          runRow(run ?? { folder: node.folder, label: node.folder }),
          TreeItemCollapsibleState.Expanded,
          contextOf(node, run?.measuring),
        );
      case 'checkpoint': {
        const known = this.#items.get(node);
        if (known !== undefined) return known;
        const row = checkpointRow(node.checkpoint, this.#measure());
        const item = itemOf(node, row, TreeItemCollapsibleState.None, contextOf(node, undefined));
        this.#items.set(node, item);
        return item;
      }
      case 'rest': {
        const item = itemOf(node, restRow(node.count), TreeItemCollapsibleState.None, contextOf(node, undefined));
        item.command = { command: commands.showRun, title: 'Show Run', arguments: [node.folder] };
        return item;
      }
    }
  }

  /** A tooltip is written when someone looks at it: it holds many numbers. */
  resolveTreeItem(item: TreeItem, node: RunsNode): TreeItem {
    const run = this.#runs.run(node.folder);
    if (node.kind === 'checkpoint') item.tooltip = new MarkdownString(checkpointTooltip(node.checkpoint));
    else if (node.kind === 'run' && run !== undefined) item.tooltip = new MarkdownString(runTooltip(run));
    return item;
  }

  dispose(): void {
    this.#endProgress?.();
    this.#subscriptions.dispose();
  }

  #nodeOf(folder: string): RunsNode {
    const node = this.#nodes.get(folder) ?? { kind: 'run', folder };
    this.#nodes.set(folder, node);
    return node;
  }

  #checkpointNodeOf(folder: string, checkpoint: RunCheckpoint): RunsNode {
    const node = this.#checkpointNodes.get(checkpoint) ?? checkpointNode(folder, checkpoint);
    this.#checkpointNodes.set(checkpoint, node);
    return node;
  }

  #update(): void {
    const { runs } = this.#runs;
    const same = runs.length === this.#shown.size && runs.every(({ folder }) => this.#shown.has(folder));
    if (!same) {
      this.#changed.fire(undefined);
    } else {
      for (const run of runs) {
        const before = this.#shown.get(run.folder);
        if (before?.result === run.result && before?.problem === run.problem && before?.measuring === run.measuring)
          continue;
        this.#shown.set(run.folder, run);
        this.#changed.fire(this.#nodeOf(run.folder));
      }
    }
    this.#showProgress(runs.some(({ measuring }) => measuring?.phase === 'running'));
  }

  #showProgress(isMeasuring: boolean): void {
    if (isMeasuring === (this.#endProgress !== undefined)) return;
    this.#endProgress?.();
    this.#endProgress = undefined;
    if (!isMeasuring) return;
    void window.withProgress(
      { location: { viewId: runsViewId } },
      () => new Promise<void>(resolve => (this.#endProgress = resolve)),
    );
  }
}

function itemOf(node: RunsNode, row: RowText, collapsible: TreeItemCollapsibleState, context: string): TreeItem {
  const item = new TreeItem(row.label, collapsible);
  item.id = idOf(node);
  item.description = row.description;
  item.iconPath = new ThemeIcon(row.icon, row.color === undefined ? undefined : new ThemeColor(row.color));
  item.accessibilityInformation = { label: row.accessibleLabel };
  item.contextValue = context;
  return item;
}
