import { Uri } from 'vscode';
import { inputError } from '../worker/errors.ts';
import type { LandscapePanels } from './landscapePanels.ts';
import { lastCheckpoint } from './runs/checkpointChoices.ts';
import type { RunSource } from './runs/runSource.ts';

/**
 * Shows the landscape of a run's last checkpoint in the plane of the run's principal components.
 *
 * @param folder The path of the run's folder.
 * @throws BasinError where the run has no checkpoint, as far as is known.
 */
export function showTrajectory(panels: LandscapePanels, runs: RunSource, folder: string): void {
  const run = runs.run(folder);
  const last = run && lastCheckpoint(run);
  if (last === undefined) {
    throw inputError(`${run?.label ?? folder}: no checkpoint is known of it yet; refresh the runs and try again.`);
  }
  panels.showPlane(Uri.joinPath(Uri.file(folder), last.file), { kind: 'pca' });
}
