import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BasinError } from '../errors.ts';
import { permittedPath } from '../io/access.ts';
import { openProject, type Project } from '../project.ts';
import type { Keeping } from '../protocol.ts';
import { Documents } from '../store/documents.ts';
import { resultsFolder } from '../store/resultsFolder.ts';
import { Claims } from './claims.ts';
import { MeasurementStore } from './measurements.ts';
import { RUNS_FOLDER, RunLog } from './runLog.ts';
import { Steadiness } from './steadiness.ts';

/** What names a run: its folder, and where its project and its results are. */
export interface RunTarget extends Keeping {
  readonly folder: string;
  readonly project?: string;
}

/** A run, and what is remembered of it. */
export interface OpenRun {
  /** Path of its folder. */
  readonly folder: string;
  /** Null where there is none, or none that can be read: `projectProblem` says why. */
  readonly project: Project | null;
  readonly projectProblem: BasinError | null;
  readonly log: RunLog;
  readonly measurements: MeasurementStore;
  readonly claims: Claims;
  /** Null where nothing is kept on disk. */
  readonly documents: Documents | null;
  readonly steadiness: Steadiness;
}

/** The runs that a process has been asked about, so that each request reads only what is new. */
export class Runs {
  readonly #logs = new Map<string, RunLog>();
  readonly #stores = new Map<string | null, Pick<OpenRun, 'measurements' | 'claims' | 'documents'>>();
  readonly #steadiness = new Steadiness();
  readonly #report: (message: string) => void;

  /** @param report receives a sentence about what cannot be read or kept. */
  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** Throws as `permittedPath` does; a project that cannot be read is no error here. */
  async open({ folder: given, project: file, ...keeping }: RunTarget): Promise<OpenRun> {
    const folder = permittedPath(resolve(given));
    const { project, projectProblem } = await projectOf(folder, file);
    const store = resultsFolder(keeping, project ?? { directory: folder, results: null }) ?? null;
    const real = await realpath(folder).catch(() => folder);
    const key = `${store}\0${real}`;
    const log = this.#logs.get(key) ?? new RunLog(store, real, this.#report);
    this.#logs.set(key, log);
    const kept = this.#stores.get(store) ?? storeIn(store, this.#report);
    this.#stores.set(store, kept);
    await log.refresh();
    return { folder, project, projectProblem, log, ...kept, steadiness: this.#steadiness };
  }
}

function storeIn(
  folder: string | null,
  report: (message: string) => void,
): Pick<OpenRun, 'measurements' | 'claims' | 'documents'> {
  const documents = folder === null ? null : new Documents(folder, report);
  const claims = new Claims(folder === null ? null : join(folder, RUNS_FOLDER, 'claims'));
  return { documents, measurements: new MeasurementStore(documents), claims };
}

async function projectOf(
  folder: string,
  given: string | undefined,
): Promise<Pick<OpenRun, 'project' | 'projectProblem'>> {
  try {
    // Looked for from a file in the folder upwards.
    return { project: await openProject(resolve(folder, 'checkpoint'), given), projectProblem: null };
  } catch (error) {
    if (!(error instanceof BasinError) || error.kind === 'outside') throw error;
    return { project: null, projectProblem: error };
  }
}
