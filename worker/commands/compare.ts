/** Several checkpoints side by side: their measures, and how these differ. */
import { basename, dirname, resolve } from 'node:path';
import {
  differencesOf,
  type ExampleValues,
  type MeasuredCheckpoint,
  type MeasuredSplit,
} from '../analysis/difference.ts';
import { shortNames } from '../checkpointNames.ts';
import { COMPARED_EIGENVALUES_MAX, COMPARED_MAX } from '../compareDocument.ts';
import { BasinError, inputError, throwIfAborted, usageError } from '../errors.ts';
import { permittedPath } from '../io/access.ts';
import { openProject, type Project } from '../project.ts';
import type { CompareRequest, SpectrumRequest } from '../protocol.ts';
import {
  type ComparedCheckpoint,
  type CompareResult,
  type CompareUpdate,
  DEFAULT_RUN_MEASURES,
  type Difference,
  RUN_MEASURE_NAMES,
  type RunMeasureName,
  type Split,
  type VolumePrior,
} from '../results.ts';
import { currentVersion } from '../run/folder.ts';
import { listRun } from '../run/list.ts';
import { inOrder } from '../run/measurements.ts';
import { rememberMeasured } from '../run/remember.ts';
import type { OpenRun, Runs } from '../run/runs.ts';
import { settingsDigest } from '../run/settings.ts';
import { fewerColumns, leastColumns } from '../spectrumPlan.ts';
import { digestOf } from '../store/key.ts';
import { warningsOf } from './compareWarnings.ts';
import type { Context } from './context.ts';
import { CheckpointMeasures, measuresWith } from './measure.ts';
import type { Neighbour } from './measureGroups.ts';
import { isOwnFault } from './run.ts';
import { runPrior } from './volumePrior.ts';

/** How many of the largest eigenvalues stand side by side unless somebody says. */
export const DEFAULT_COMPARED_EIGENVALUES = 5;

/** One end of a spectrum is a measure, the other the widest difference between networks. */
const SMALLEST = 1;

/** Known soon, and what paired differences are made of. */
const LOSSES: readonly RunMeasureName[] = ['train-loss', 'train-accuracy', 'test-loss', 'test-accuracy'];

/** What costs a few gradients; the curvature comes after it. */
const CHEAP: readonly RunMeasureName[] = [...LOSSES, 'gradient-norm', 'sam'];

/**
 * Yields the growing comparison of several checkpoints, of any runs, projects and architectures; the last result is
 * complete. Each is measured as `basin run` does and remembered as a checkpoint of its folder's run, and what is known is not computed again. One that cannot be measured says
 * so and does not keep the others from it; where none can, the first one's error is thrown.
 * Throws `usage` where the request means nothing, and `interrupted`.
 */
export async function* compare(request: CompareRequest, runs: Runs, context: Context): AsyncGenerator<CompareUpdate> {
  checkRequest(request);
  const comparing = new Comparing(request, runs, context);
  yield comparing.update();
  for (const entry of comparing.entries) yield* comparing.measure(entry);
}

function checkRequest({ checkpoints, baseline = 0, measures, largest = 0 }: CompareRequest): void {
  if (checkpoints.length < 2 || checkpoints.length > COMPARED_MAX) {
    throw usageError(`${checkpoints.length} checkpoints cannot be compared; name from 2 to ${COMPARED_MAX}.`);
  }
  if (checkpoints[baseline] === undefined) {
    throw usageError(
      `There is no checkpoint at the place ${baseline} to be the baseline; there are ${checkpoints.length}.`,
    );
  }
  const unknown = measures?.find(name => !RUN_MEASURE_NAMES.includes(name));
  if (unknown !== undefined) {
    throw usageError(`There is no measure "${unknown}"; use some of ${RUN_MEASURE_NAMES.join(', ')}.`);
  }
  if (!(Number.isInteger(largest) && largest >= 0 && largest <= COMPARED_EIGENVALUES_MAX)) {
    throw usageError(
      `${largest} eigenvalues cannot be compared; their number goes from 0 to ${COMPARED_EIGENVALUES_MAX}.`,
    );
  }
}

/** One of the checkpoints, as far as it is known. */
interface Entry {
  readonly path: string;
  compared: ComparedCheckpoint;
  measured: MeasuredCheckpoint;
  examples: Partial<Record<Split, ExampleValues | null>>;
  /** The model's digest and that of the parameters' names and shapes; null until they are known. */
  architecture: readonly [model: string, slots: string] | null;
}

/** What is being compared, and how far that is. */
class Comparing {
  readonly #request: CompareRequest;
  readonly #runs: Runs;
  readonly #context: Context;
  readonly #asked: readonly RunMeasureName[];
  /** What is shown where it is known: also a volume that nobody asks for now. */
  readonly #shown: readonly RunMeasureName[];
  /** By which the volumes of each run are measured, by its folder. */
  readonly #priors = new Map<string, Promise<VolumePrior | null>>();
  readonly #largest: number;
  readonly #started = performance.now();
  readonly #entries: readonly Entry[];
  readonly #neighbour: Neighbour = { vectors: [] };
  /** By baseline, then by checkpoint. */
  readonly #differences: (readonly Difference[])[][];
  readonly #failures: BasinError[] = [];
  #done = 0;
  #memoryBytes = 0;
  #isKept = false;

  constructor(request: CompareRequest, runs: Runs, context: Context) {
    const { checkpoints, measures = DEFAULT_RUN_MEASURES, largest } = request;
    this.#request = request;
    this.#runs = runs;
    this.#context = context;
    this.#asked = measures;
    this.#shown = request.measures ?? RUN_MEASURE_NAMES;
    this.#largest = largest ?? (measures.includes('lambda-max') ? DEFAULT_COMPARED_EIGENVALUES : 0);
    this.#entries = checkpoints.map(path => ({
      path,
      compared: { checkpoint: path, step: null, epoch: null, measures: [], largest: [], smallest: [] },
      measured: {},
      examples: {},
      architecture: null,
    }));
    this.#differences = checkpoints.map(() => checkpoints.map(() => []));
  }

  /**
   * Where it stands; `measure` is what is being computed of the checkpoint that is not done.
   * @param secondsLeft to that checkpoint's end, once that is known.
   */
  update(measure: RunMeasureName | 'eigenvalues' | null = null, secondsLeft: number | null = null): CompareUpdate {
    const elapsedSeconds = (performance.now() - this.#started) / 1000;
    const total = this.#entries.length;
    const mean = this.#done === 0 ? null : elapsedSeconds / this.#done;
    const each = mean ?? (secondsLeft === null ? null : elapsedSeconds + secondsLeft);
    const left = total - this.#done;
    return {
      result: this.#result(),
      progress: {
        done: this.#done,
        total,
        elapsedSeconds,
        remainingSeconds: each && (secondsLeft === null ? each * left : secondsLeft + each * (left - 1)),
      },
      current: measure === null ? null : { index: this.#done, measure },
      memoryBytes: this.#memoryBytes,
      isKept: this.#isKept,
    };
  }

  /** Measures the next checkpoint; what goes wrong with it alone is its `problem`. */
  async *measure(entry: Entry): AsyncGenerator<CompareUpdate> {
    throwIfAborted(this.#context.signal);
    try {
      yield* this.#measure(entry);
    } catch (error) {
      if (!(error instanceof BasinError) || !isOwnFault(error)) throw error;
      this.#failures.push(error);
      entry.compared = { ...entry.compared, problem: error.message };
    }
    this.#done++;
    this.#throwIfNone();
    yield this.update();
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  async *#measure(entry: Entry): AsyncGenerator<CompareUpdate> {
    const { path } = entry;
    const wanted: SpectrumRequest = { ...this.#request, checkpoint: path, largest: this.#largest, smallest: SMALLEST };
    const project = await openProject(path, this.#request.project);
    const asked = measuresWith(project, this.#asked);
    if (asked.length === 0) {
      throw inputError(`${project.file}: has no "test" split, so that nothing that was asked for can be measured.`);
    }
    const isSpectrumWanted = this.#largest > 0;
    const columns = { ...wanted, trace: asked.includes('trace') };
    const room = isSpectrumWanted ? { pairs: leastColumns(columns), fewer: fewerColumns(columns) } : {};
    const run = await this.#runOf(path, project);
    const prior = asked.includes('log-volume') ? await this.#priorOf(run) : null;
    const version = await currentVersion(run.folder, basename(path));
    const checkpoint = await CheckpointMeasures.open(wanted, asked, run, this.#neighbour, this.#context, {
      ...room,
      prior,
    });
    try {
      this.#open(entry, checkpoint);
      if (version !== null) {
        const settings = await settingsDigest(project, this.#request);
        await rememberMeasured(run, version, { settings, keys: checkpoint.keys, asked }, this.#context.signal);
      }
      yield* this.#measureOnly(entry, checkpoint, LOSSES);
      for (const split of ['train', 'test'] as const) {
        entry.examples[split] = await checkpoint.examples(split, this.#context.signal);
      }
      yield* this.#measureOnly(entry, checkpoint, CHEAP);
      if (isSpectrumWanted) {
        yield this.update('eigenvalues');
        const { largest, smallest } = await checkpoint.spectrum(wanted, this.#context);
        const ends = { largest: largest.slice(0, this.#largest), smallest: smallest.slice(0, SMALLEST) };
        entry.compared = { ...entry.compared, ...ends };
      }
      yield* this.#measureOnly(entry, checkpoint, RUN_MEASURE_NAMES);
    } finally {
      this.#note(entry, checkpoint);
      await checkpoint.close();
    }
  }

  /** Throws the first error where no checkpoint could be measured at all. */
  #throwIfNone(): void {
    const [first] = this.#failures;
    const isAll = this.#failures.length === this.#entries.length;
    if (first !== undefined && isAll && this.#entries.every(({ compared }) => compared.measures.length === 0))
      throw first;
  }

  /** The run that a checkpoint belongs to: its folder's, which need not hold others. */
  async #runOf(path: string, { file }: Project): Promise<OpenRun> {
    // Asked for before its folder is, so that no more than that has to be allowed.
    permittedPath(path);
    const run = await this.#runs.open({ ...this.#request, folder: dirname(resolve(path)), project: file });
    this.#isKept ||= run.documents !== null;
    return run;
  }

  /** By which the volumes of a run are measured, the same whether one of its checkpoints is compared or several. */
  #priorOf(run: OpenRun): Promise<VolumePrior | null> {
    const find = async (): Promise<VolumePrior | null> =>
      runPrior(run, this.#request, await listRun(run, this.#context.signal, this.#request), this.#context);
    const known = this.#priors.get(run.folder) ?? find();
    this.#priors.set(run.folder, known);
    return known;
  }

  /** Notes what is known of a checkpoint once it is open. */
  #open(entry: Entry, { problem, memoryBytes }: CheckpointMeasures): void {
    const { step, epoch } = problem.position;
    const slots = problem.objective.slots.map(({ name, shape }) => ({ name, shape }));
    this.#memoryBytes = Math.max(this.#memoryBytes, memoryBytes);
    entry.architecture = [problem.provenance().model.digest, digestOf(slots)];
    entry.compared = { ...entry.compared, checkpoint: problem.checkpoint, step, epoch };
  }

  async *#measureOnly(
    entry: Entry,
    checkpoint: CheckpointMeasures,
    names: readonly RunMeasureName[],
  ): AsyncGenerator<CompareUpdate> {
    for await (const { measure, secondsLeft } of checkpoint.measure(this.#context.signal, names)) {
      this.#note(entry, checkpoint);
      yield this.update(measure, secondsLeft);
    }
  }

  /** Notes what is measured of a checkpoint by now, and how that differs from the others. */
  #note(entry: Entry, checkpoint: CheckpointMeasures): void {
    const measured: Partial<Record<Split, MeasuredSplit>> = {};
    for (const split of ['train', 'test'] as const) {
      const known = checkpoint.on(split);
      if (known === null) continue;
      const { key, document } = known;
      const measures = document.measures.filter(({ name }) => this.#shown.includes(name));
      const { provenance } = document;
      measured[split] = { key, measures, provenance, examples: entry.examples[split] ?? null };
    }
    entry.measured = measured;
    const { train, test } = measured;
    entry.compared = {
      ...entry.compared,
      measures: inOrder([train, test].flatMap(own => own?.measures ?? [])),
      ...(train && { provenance: train.provenance }),
      ...(test && { testProvenance: test.provenance }),
    };
    const own = this.#entries.indexOf(entry);
    for (const [index, other] of this.#entries.entries()) {
      this.#differences[index]![own] = differencesOf(entry.measured, other.measured);
      this.#differences[own]![index] = differencesOf(other.measured, entry.measured);
    }
  }

  #result(): CompareResult {
    const checkpoints = this.#entries.map(entry => ({ ...entry.compared, checkpoint: this.#nameOf(entry) }));
    const architectures = groupsOf(this.#entries.map(({ architecture }) => architecture));
    const names = shortNames(checkpoints.map(({ checkpoint }) => checkpoint));
    const compared = checkpoints.map((own, index) => ({ ...own, name: names[index]! }));
    return {
      kind: 'compare',
      checkpoints,
      baseline: this.#request.baseline ?? 0,
      differences: this.#differences.map(row => [...row]),
      warnings: warningsOf(compared, architectures),
      architectures,
      complete: this.#done === checkpoints.length,
    };
  }

  /** As results name it; its path where another of another project has that name. */
  #nameOf({ path, compared: { checkpoint } }: Entry): string {
    const isShared = this.#entries.some(
      other => other.compared.checkpoint === checkpoint && resolve(other.path) !== resolve(path),
    );
    return isShared ? path : checkpoint;
  }
}

/** Groups of places whose architectures have one of their digests in common. */
function groupsOf(architectures: readonly Entry['architecture'][]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (const [place, own] of architectures.entries()) {
    if (own === null) continue;
    const isAlike = (other: number): boolean => architectures[other]!.some((digest, which) => digest === own[which]);
    const group = groups.find(places => places.some(isAlike));
    if (group) group.push(place);
    else groups.push([place]);
  }
  return groups;
}
