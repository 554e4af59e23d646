/** The guide to basin.json: a few quick picks, each of which can be left. It reads no data; the worker lists the arrays. */
import { basename, dirname } from 'node:path';
import { ProgressLocation, type QuickPickItem, Range, Uri, ViewColumn, WorkspaceEdit, window, workspace } from 'vscode';
import { inputError, messageOf } from '../worker/errors.ts';
import { isBesideCheckpoint, mayHoldNetwork, ownNetworkGlob } from './checkpointFiles.ts';
import type { Engine } from './engine.ts';
import { findProject, projectName, readProjectText } from './projectFiles.ts';
import {
  describeArray,
  type FoundArray,
  type LossKind,
  looksLikeBytes,
  projectFolder,
  proposeInputs,
  proposeLosses,
  proposeTargets,
  referenceFrom,
  worthOffering,
} from './projectProposal.ts';
import { completeProject, missingParts, type ProjectDraft, type ProjectPart } from './projectText.ts';
import { offerTrust, refusalInRestrictedMode } from './trust.ts';
import type { Log } from './workerProcess.ts';

export interface SetUpContext {
  readonly engine: Pick<Engine, 'arrays' | 'inspect'>;
  readonly log: Log;
  /** Offers the way to a model where there is none yet. */
  readonly insertSnippet: () => Promise<void>;
}

/** Where the network is: in a file of its own, or in the checkpoint. */
type Network =
  | { readonly in: 'file'; readonly file: Uri }
  | {
      readonly in: 'checkpoint';
      readonly checkpoint: Uri;
      /** The one it was compiled with; null where none is said, absent where nobody has looked. */
      readonly loss?: string | null;
    };

/** What is asked about, in this order. */
type Step = 'model' | 'data' | 'loss';

/** What the guide asks, and how its boxes are headed. */
interface Guide extends SetUpContext {
  readonly heading: (step: Step, what: string) => string;
  /** The folder from which arrays are named while it is not known yet where basin.json will lie. */
  readonly shownFrom: string;
}

const modelGlob = '**/*.onnx';
const dataGlob = '**/*.{npz,npy,csv,tsv,bin,idx,gz,idx1-ubyte,idx2-ubyte,idx3-ubyte,idx4-ubyte}';
const excluded = '**/{node_modules,site-packages,.venv,venv}/**';
/** Each data file is opened to list its arrays. */
const dataFilesLooked = 40;
const filesOffered = 200;

/**
 * Guides to a basin.json that has all a landscape needs, and opens it beside.
 * @param checkpoint The checkpoint it is for, where it is for one.
 * @returns whether there is such a file now; false where the user left the guide.
 */
export async function setUpProject(context: SetUpContext, checkpoint: Uri | undefined): Promise<boolean> {
  const refusal = refusalInRestrictedMode();
  if (refusal !== undefined) {
    await offerTrust(refusal);
    return false;
  }
  const existing = await existingProject(checkpoint);
  const missing = existing === undefined ? (['model', 'data'] as const) : missingParts(await readProjectText(existing));
  if (missing === null) {
    throw inputError(`${workspace.asRelativePath(existing!)}: no JSON object; mend it, or delete it to begin anew.`);
  }
  if (missing.length === 0) {
    await window.showTextDocument(existing!, { viewColumn: beside(), preview: false });
    return true;
  }

  const own = missing.includes('model') && checkpoint ? await networkIn(context, checkpoint) : undefined;
  const root = rootOf(checkpoint);
  const shownFrom = existing ? dirname(existing.fsPath) : (root ?? dirname(checkpoint?.fsPath ?? ''));
  const guide: Guide = { ...context, heading: headingOf(missing, own), shownFrom };
  const network = missing.includes('model') ? (own ?? (await pickNetwork(guide, checkpoint))) : null;
  if (network === undefined) return false;
  const data = missing.includes('data') ? await pickData(guide, network) : null;
  if (data === undefined) return false;

  const file = network?.in === 'file' ? network.file.fsPath : undefined;
  const place = network?.in === 'checkpoint' ? network.checkpoint : checkpoint;
  const folder = existing ? dirname(existing.fsPath) : projectFolder(file ?? data!.inputs.file, place?.fsPath, root);
  const draft: ProjectDraft = {
    ...(file && { model: referenceFrom(folder, file) }),
    ...(data && draftOf(data, folder)),
  };
  await write(existing ?? Uri.joinPath(Uri.file(folder), projectName), draft);
  return true;
}

/** The folder above which no basin.json belongs; undefined for a checkpoint outside of the workspace. */
const rootOf = (checkpoint: Uri | undefined): string | undefined =>
  (checkpoint ? workspace.getWorkspaceFolder(checkpoint) : workspace.workspaceFolders?.[0])?.uri.fsPath;

function headingOf(missing: readonly ProjectPart[], own: Network | undefined): Guide['heading'] {
  const steps: readonly Step[] = [
    ...(missing.includes('model') && own === undefined ? (['model'] as const) : []),
    ...(missing.includes('data') ? (['data', 'loss'] as const) : []),
  ];
  return (step, what) => `Set Up Project (${steps.indexOf(step) + 1} of ${steps.length}): ${what}`;
}

/**
 * The network that a checkpoint holds itself; undefined where it holds none that Basin reads.
 * @throws BasinError where the checkpoint cannot be read.
 */
async function networkIn({ engine }: SetUpContext, checkpoint: Uri): Promise<Network | undefined> {
  const { ownModel } = await engine.inspect({ checkpoint: checkpoint.fsPath }, new AbortController().signal);
  if (ownModel === undefined) return undefined;
  if (ownModel.format === 'ONNX') return { in: 'file', file: checkpoint };
  return { in: 'checkpoint', checkpoint, loss: ownModel.loss ?? null };
}

/** The checkpoint's basin.json; without a checkpoint, the only one of the workspace or that of its first folder. */
async function existingProject(checkpoint: Uri | undefined): Promise<Uri | undefined> {
  if (checkpoint !== undefined) return findProject(checkpoint);
  const [first, ...others] = await workspace.findFiles(`**/${projectName}`, excluded, 2);
  if (first !== undefined && others.length === 0) return first;
  const root = workspace.workspaceFolders?.[0]?.uri;
  return root && findProject(Uri.joinPath(root, projectName));
}

/** A file to choose; without one, the item stands for another way. */
interface FileItem extends QuickPickItem {
  readonly uri?: Uri;
}

/** @param checkpoint The one it is for, which holds no network itself. */
async function pickNetwork(guide: Guide, checkpoint: Uri | undefined): Promise<Network | undefined> {
  const files = await newestFirst(await workspace.findFiles(modelGlob, excluded, filesOffered));
  const holders = checkpoint === undefined ? await workspace.findFiles(ownNetworkGlob, excluded, filesOffered) : [];
  const holder = holders.find(({ path }) => mayHoldNetwork(path));
  const own = {
    label: '$(check) The checkpoints hold it',
    detail: 'Keras and TensorFlow.js save the network with its parameters',
  };
  const none = { label: '$(code) I have none yet', detail: 'Insert the lines that export it into my training script' };
  const other = { label: '$(folder-opened) Choose another file…', alwaysShow: true };
  const items: FileItem[] = [...files.map(fileItem), ...(holder ? [own] : []), none, other];
  const picked = await window.showQuickPick(items, {
    title: guide.heading('model', 'Model'),
    placeHolder: 'The ONNX file of the network whose checkpoints these are',
    matchOnDescription: true,
  });
  if (picked === own && holder) return { in: 'checkpoint', checkpoint: holder };
  if (picked === none) {
    await guide.insertSnippet();
    return undefined;
  }
  const file = picked === other ? await chooseFile('Model', { 'ONNX models': ['onnx'] }) : picked?.uri;
  return file && { in: 'file', file };
}

interface ChosenData {
  readonly inputs: FoundArray;
  readonly targets?: FoundArray;
  readonly scale?: number;
  /** Absent where the checkpoint says it. */
  readonly loss?: string;
}

async function pickData(guide: Guide, network: Network | null): Promise<ChosenData | undefined> {
  const files = await workspace.findFiles(dataGlob, excluded, filesOffered);
  const arrays = await listArrays(guide, await newestFirst(files.filter(({ path }) => !isBesideCheckpoint(path))));
  const inputs = await pickArray(guide, 'inputs', proposeInputs(arrays));
  if (inputs === undefined || inputs === 'none') return undefined;
  const targets = await pickArray(guide, 'targets', proposeTargets(arrays, inputs));
  if (targets === undefined) return undefined;
  if (targets === 'none') return { inputs, loss: 'output' };
  const chosen = await pickLoss(guide, targets, network);
  if (chosen === undefined) return undefined;
  const scale = looksLikeBytes(inputs) ? await pickScale(guide) : 1;
  if (scale === undefined) return undefined;
  return { inputs, targets, ...(scale !== 1 && { scale }), ...chosen };
}

function draftOf({ inputs, targets, ...others }: ChosenData, folder: string): ProjectDraft {
  const reference = (array: FoundArray): string => referenceFrom(folder, array.file, array.suffix);
  return { inputs: reference(inputs), ...(targets && { targets: reference(targets) }), ...others };
}

interface ArrayItem extends QuickPickItem {
  readonly array?: FoundArray;
}

async function pickArray(
  guide: Guide,
  role: 'inputs' | 'targets',
  arrays: readonly FoundArray[],
): Promise<FoundArray | 'none' | undefined> {
  const none = { label: '$(circle-slash) None', detail: 'The model’s first output is the loss itself' };
  const other = { label: '$(folder-opened) Choose another file…', alwaysShow: true };
  const items: ArrayItem[] = [
    ...arrays.map(array => ({
      label: referenceFrom(guide.shownFrom, array.file, array.suffix),
      description: describeArray(array),
      array,
    })),
    ...(role === 'targets' ? [none] : []),
    other,
  ];
  const picked = await window.showQuickPick(items, {
    title: guide.heading('data', role === 'inputs' ? 'Inputs' : 'Targets'),
    placeHolder:
      role === 'inputs' ? 'What the network is given' : 'What it should answer, one row for each of the inputs',
    matchOnDescription: true,
  });
  if (picked === none) return 'none';
  if (picked !== other) return picked?.array;
  const file = await chooseFile(role === 'inputs' ? 'Inputs' : 'Targets', {});
  if (file === undefined) return undefined;
  return pickArray(guide, role, await arraysOf(guide, file, new AbortController().signal));
}

const lossDetails: Readonly<Record<LossKind, string>> = {
  'cross-entropy': 'One logit for each class; targets are class numbers, or a probability of each class',
  mse: 'The mean squared difference of outputs and targets',
  'bce-with-logits': 'One logit for each yes-or-no target',
};

/** The loss as basin.json names it; none where the checkpoint says it. */
async function pickLoss(
  guide: Guide,
  targets: FoundArray,
  network: Network | null,
): Promise<{ readonly loss?: LossKind } | undefined> {
  const compiled = network?.in === 'checkpoint' && network.loss !== null ? [compiledItem(network.loss)] : [];
  const named = proposeLosses(targets).map((label, index) => ({
    label,
    detail: lossDetails[label],
    ...(index === 0 && compiled.length === 0 && { description: `proposed for ${targets.dtype} targets` }),
    chosen: { loss: label },
  }));
  const placeHolder = 'The loss that the network was trained with, as PyTorch defines it';
  const items: (QuickPickItem & { readonly chosen: { readonly loss?: LossKind } })[] = [...compiled, ...named];
  return (await window.showQuickPick(items, { title: guide.heading('loss', 'Loss'), placeHolder }))?.chosen;
}

const compiledItem = (loss: string | undefined) => ({
  label: 'As it was compiled',
  detail: 'The checkpoint says its loss, so that basin.json need not',
  ...(loss !== undefined && { description: loss }),
  chosen: {},
});

async function pickScale(guide: Guide): Promise<number | undefined> {
  const items = [
    { label: 'Divide by 255', detail: 'The network was trained on numbers from 0 to 1', scale: 255 },
    { label: 'Leave as they are', detail: 'It was trained on numbers from 0 to 255', scale: 1 },
  ];
  const placeHolder = 'The inputs are bytes; how did the network see them?';
  return (await window.showQuickPick(items, { title: guide.heading('loss', 'Bytes'), placeHolder }))?.scale;
}

/** The arrays of several files, of which some may be no data at all. */
async function listArrays(context: SetUpContext, files: readonly Uri[]): Promise<readonly FoundArray[]> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title: 'Basin looks at the data files', cancellable: true },
    async (_, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const arrays: FoundArray[] = [];
      for (const file of files.slice(0, dataFilesLooked)) {
        try {
          arrays.push(...worthOffering(await arraysOf(context, file, controller.signal)));
        } catch (error) {
          if (controller.signal.aborted) break;
          context.log('info', `Not offered as data: ${messageOf(error)}`);
        }
      }
      return arrays;
    },
  );
}

async function arraysOf({ engine }: SetUpContext, file: Uri, signal: AbortSignal): Promise<readonly FoundArray[]> {
  const arrays = await engine.arrays({ file: file.fsPath }, signal);
  return arrays.map(array => ({ ...array, file: file.fsPath }));
}

const fileItem = (uri: Uri): FileItem => {
  const label = workspace.asRelativePath(uri);
  return { label: basename(label), description: dirname(label) === '.' ? '' : dirname(label), uri };
};

async function chooseFile(title: string, filters: Record<string, string[]>): Promise<Uri | undefined> {
  const defaultUri = workspace.workspaceFolders?.[0]?.uri;
  return (await window.showOpenDialog({ title, filters, ...(defaultUri && { defaultUri }) }))?.[0];
}

async function newestFirst(files: readonly Uri[]): Promise<readonly Uri[]> {
  const modified = (uri: Uri): Thenable<number> =>
    workspace.fs.stat(uri).then(
      ({ mtime }) => mtime,
      () => 0,
    );
  const dated = await Promise.all(files.map(async uri => ({ uri, time: await modified(uri) })));
  return dated.sort((one, other) => other.time - one.time).map(({ uri }) => uri);
}

/** Where files are edited, next to the panel that asked: no column is opened where there is one. */
const beside = (): ViewColumn =>
  window.tabGroups.activeTabGroup.viewColumn > ViewColumn.One ? ViewColumn.One : ViewColumn.Beside;

/** Writes what the draft adds, and shows the file; what it says already stays, also what is not saved yet. */
async function write(project: Uri, draft: ProjectDraft): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.createFile(project, { ignoreIfExists: true });
  await workspace.applyEdit(edit);
  const document = await workspace.openTextDocument(project);
  const text = document.getText();
  const completed = new WorkspaceEdit();
  const everything = document.validateRange(new Range(0, 0, document.lineCount, 0));
  completed.replace(project, everything, completeProject(text, draft));
  await workspace.applyEdit(completed);
  await document.save();
  await window.showTextDocument(document, { viewColumn: beside(), preview: false, preserveFocus: true });
}
