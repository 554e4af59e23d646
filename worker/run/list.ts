/** The checkpoints of a run and what is known of them, without computing anything or reading a parameter. */
import { join } from 'node:path';
import { positionInName } from '../checkpoint/position.ts';
import { throwIfAborted } from '../errors.ts';
import { nameInProject } from '../project.ts';
import type { RunCheckpoint, RunCheckpointState, RunMeasureName, RunResult } from '../results.ts';
import type { VolumeWish } from '../volumeSettings.ts';
import { adopt } from './adopt.ts';
import { contentsDigest } from './contents.ts';
import { type Fact, factsOf, type KnownFile } from './facts.ts';
import {
  currentVersion,
  type FileVersion,
  fileKey,
  inParallel,
  isSameVersion,
  listFiles,
  type PresentVersion,
} from './folder.ts';
import { type Look, lookAt } from './look.ts';
import { hasAll, type Measurements, measuresOf } from './measurements.ts';
import { endingOf, isNamedCheckpoint } from './names.ts';
import { inOrder, orderOf } from './order.ts';
import type { OpenRun } from './runs.ts';
import { dataFiles, type RunSettings, settingsDigest } from './settings.ts';

/** A file of a run's folder that is a checkpoint, or may become one. */
export interface RunFile {
  readonly version: PresentVersion;
  readonly look: Look | Unsettled;
}

/** A file that was written to just now is not looked into yet. */
interface Unsettled {
  readonly is: 'unsettled';
  readonly reason: string;
}

/** A listing: the files as they are, and the result that says so. */
export interface RunListing {
  readonly result: RunResult;
  readonly files: readonly RunFile[];
  /** Digest of the settings that checkpoints would be measured with now; null without a project. */
  readonly settings: string | null;
}

/** What is asked of each checkpoint. */
export interface Asked {
  readonly names: readonly RunMeasureName[];
  /** With what its volume has to have been measured; absent: with anything. */
  readonly volume?: VolumeWish;
}

/** Facts are written so many at a time, since a first look at a large folder takes a while. */
const FACTS_AT_ONCE = 500;

/**
 * Lists a run. Files that are known are not opened again; what is found out of others is remembered.
 * Throws `input` where the folder cannot be read, and `interrupted`.
 * @param asked what counts as all of a checkpoint's measures; absent: what was asked for when it was measured.
 */
export async function listRun(
  run: OpenRun,
  signal: AbortSignal,
  settings: RunSettings = {},
  asked?: Asked,
): Promise<RunListing> {
  const versions = await listFiles(run.folder);
  if (run.log.isEmpty) await adopt(run, versions, signal);
  const files = await lookAtAll(run, withoutData(run, versions), signal);
  const digest = run.project === null ? null : await settingsDigest(run.project, settings);
  const describe = (known: KnownFile | undefined, file: RunFile | null) =>
    describeCheckpoint(run, known, file, digest, asked);
  const present = await inParallel(files, file => describe(run.log.of(file.version), file));
  const past = await inParallel(goneFrom(run, files), known => describe(known, null));
  const checkpoints = [...past.filter(({ measures }) => measures.length > 0), ...present];
  // What cannot be read tells nothing of how the run is ordered.
  const order = orderOf(checkpoints.filter(({ state, provenance }) => isReadable(state) || provenance !== undefined));
  const result: RunResult = {
    kind: 'run',
    folder: run.project === null ? run.folder : nameInProject(run.project, run.folder) || '.',
    order,
    checkpoints: inOrder(checkpoints, order),
    complete: present.every(({ state }) => state === 'measured' || state === 'failed'),
  };
  return { result, files, settings: digest };
}

/** Files that basin.json names as data are no checkpoints, whatever they hold. */
function withoutData({ project, folder }: OpenRun, versions: readonly PresentVersion[]): readonly PresentVersion[] {
  if (project === null) return versions;
  const data = dataFiles(project);
  return versions.filter(({ file }) => !data.has(join(folder, file)));
}

async function lookAtAll(run: OpenRun, versions: readonly PresentVersion[], signal: AbortSignal): Promise<RunFile[]> {
  run.steadiness.keep(run.folder, new Set(versions.map(({ file }) => file)));
  let facts: Fact[] = [];
  const flush = async (): Promise<void> => {
    const found = facts;
    facts = [];
    await run.log.add(found);
  };
  try {
    const files = await inParallel(versions, async version => {
      throwIfAborted(signal);
      const found = await lookOnce(run, version);
      facts.push(...found.facts);
      if (facts.length >= FACTS_AT_ONCE) await flush();
      return found.look === null ? null : { version, look: found.look };
    });
    return plausible(files.filter(file => file !== null));
  } finally {
    await flush();
  }
}

/** What a file is, and what there is to remember of it; no look where it turned out not to be there. */
async function lookOnce(
  run: OpenRun,
  version: FileVersion,
): Promise<{ readonly look: RunFile['look'] | null; readonly facts: readonly Fact[] }> {
  const known = run.log.of(version)?.look ?? null;
  if (known !== null) return { look: known, facts: [] };
  const { file } = version;
  if (!run.steadiness.isSettled(run.folder, version)) {
    return { look: { is: 'unsettled', reason: `${file}: was written just now, and may still be.` }, facts: [] };
  }
  const look = await lookAt(run.folder, file);
  const now = await currentVersion(run.folder, file);
  if (now === null) return { look: null, facts: [] };
  if (!isSameVersion(now, version)) {
    return { look: { is: 'unsettled', reason: `${file}: is being written.` }, facts: [] };
  }
  const facts = look.is === 'checkpoint' ? await knownAgain(run, version) : [];
  return { look, facts: [{ ...version, look }, ...facts] };
}

/**
 * A file that cannot be read is told of where its name says that it is a checkpoint, or its ending is that of one in the
 * folder; what else lies there is none of ours.
 */
function plausible(files: readonly RunFile[]): RunFile[] {
  const endings = new Set(
    files.flatMap(({ version, look }) => (look.is === 'checkpoint' ? [endingOf(version.file)] : [])),
  );
  endings.delete('');
  return files.filter(
    ({ version, look }) =>
      look.is === 'checkpoint' ||
      version.isFolder === true ||
      isNamedCheckpoint(version.file) ||
      endings.has(endingOf(version.file)),
  );
}

/** A file larger than this is not read for being known again: measuring it tells. */
const CONTENTS_MAX = 1 << 30;

/** What is known of a version's contents under another name or time: the file was renamed, copied, or touched. */
async function knownAgain(run: OpenRun, version: FileVersion): Promise<readonly Fact[]> {
  const candidates = run.log.ofSize(version.bytes).filter(known => !isSameVersion(known, version));
  const renamed = candidates.find(known => fileKey(known) === fileKey(version));
  if (renamed !== undefined) return factsOf(renamed, version);
  const rewritten = candidates.filter(({ file }) => file === version.file);
  if (rewritten.length === 0 || version.bytes > CONTENTS_MAX) return [];
  const contents = await contentsDigest(join(run.folder, version.file));
  const same = rewritten.find(known => known.contents === contents);
  return same === undefined ? [{ ...version, contents }] : factsOf(same, version);
}

/**
 * Measured versions that are not there any more. What is still there under another name is not gone, and a content that
 * several names had, such as that of `last.pt`, is told once for each step.
 */
function goneFrom(run: OpenRun, files: readonly RunFile[]): readonly KnownFile[] {
  const present = new Set(files.map(({ version }) => run.log.of(version)).filter(known => known !== undefined));
  const contents = new Set<string>();
  const places = new Set<string>();
  const gone: KnownFile[] = [];
  const show = (known: KnownFile): boolean => {
    const { step, epoch } = known.look?.is === 'checkpoint' ? known.look : positionInName(known.file);
    const keys = known.measured.map(({ keys: [key] }) => key!);
    const isTold = keys.some(key =>
      step === null && epoch === null ? contents.has(key) : places.has(`${key} ${step} ${epoch}`),
    );
    for (const key of keys) {
      contents.add(key);
      places.add(`${key} ${step} ${epoch}`);
    }
    return !isTold;
  };
  for (const known of present) show(known);
  const there = new Set(files.map(({ version }) => fileKey(version)));
  const isGone = (known: KnownFile): boolean => !present.has(known) && !there.has(fileKey(known));
  const past = [...run.log.all()].filter(known => known.measured.length > 0 && isGone(known));
  // A name without a step comes last, so that it is told only where no other tells of its content.
  const isPlaced = ({ look }: KnownFile): boolean =>
    look?.is === 'checkpoint' && (look.step !== null || look.epoch !== null);
  for (const known of [...past.filter(isPlaced), ...past.filter(own => !isPlaced(own))])
    if (show(known)) gone.push(known);
  return gone;
}

async function describeCheckpoint(
  run: OpenRun,
  known: KnownFile | undefined,
  file: RunFile | null,
  settings: string | null,
  asked: Asked | undefined,
): Promise<RunCheckpoint> {
  const version = file?.version ?? known!;
  const look = known?.look;
  const position =
    file?.look.is === 'checkpoint' ? file.look : look?.is === 'checkpoint' ? look : positionInName(version.file);
  const isCurrent = (fact: { readonly settings: string }): boolean => settings === null || fact.settings === settings;
  const own = known?.measured.findLast(isCurrent);
  const shown = own ?? known?.measured.at(-1);
  const documents = shown === undefined ? [] : await documentsOf(run, shown.keys, asked ?? { names: shown.asked });
  const failed = known?.failed.findLast(isCurrent);
  const broken = file !== null && file.look.is !== 'checkpoint' ? file.look : null;
  const state = ((): RunCheckpointState => {
    if (broken !== null) return broken.is === 'other' ? 'failed' : 'incomplete';
    if (own !== undefined && hasAll(documents, asked?.names ?? own.asked, asked?.volume)) return 'measured';
    if (failed !== undefined) return 'failed';
    if (documents.length === 0) return 'unmeasured';
    return own === undefined ? 'stale' : 'partial';
  })();
  const reason = broken?.reason ?? (state === 'failed' ? failed?.reason : undefined);
  const train = documents.find(document => document.provenance.split === 'train') ?? documents[0];
  return {
    file: version.file,
    present: file !== null,
    step: position.step,
    epoch: position.epoch,
    written: version.written,
    bytes: version.bytes,
    state,
    ...(reason !== undefined && { reason }),
    measures: measuresOf(documents),
    ...(train !== undefined && { provenance: train.provenance }),
  };
}

const isReadable = (state: RunCheckpointState): boolean => state !== 'incomplete' && state !== 'failed';

/** The documents of a checkpoint, read again where those known are not all that was asked for. */
async function documentsOf(
  { measurements }: OpenRun,
  keys: readonly string[],
  { names, volume }: Asked,
): Promise<readonly Measurements[]> {
  const of = async (read: (key: string) => Promise<Measurements | null>): Promise<Measurements[]> =>
    (await Promise.all(keys.map(read))).filter(document => document !== null);
  const recalled = await of(key => measurements.recall(key));
  return hasAll(recalled, names, volume) ? recalled : of(key => measurements.read(key));
}
