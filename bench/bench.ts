/**
 * npm run bench: how fast Basin is beside plain PyTorch, in one run on one machine, as ratios; a report, no test.
 *
 * The two take turns, several rounds, and each ratio is the median of the rounds', so that a busy moment harms neither.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import type { SurfaceBench, SurfaceFigures } from './surface.ts';

const ROUNDS = 5;
const CELLS = 24;
const THREADS = Math.min(2, availableParallelism());
const ROOT = join(import.meta.dirname, '..');

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

function basin(bench: SurfaceBench): SurfaceFigures {
  const words = ['--import', 'tsx', join(import.meta.dirname, 'surface.ts'), JSON.stringify(bench)];
  return JSON.parse(execFileSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' })) as SurfaceFigures;
}

interface TorchFigures {
  readonly cellsPerSecond: number;
  readonly loss: number;
}

function torch(python: string, folder: string, batch: number): TorchFigures {
  const files = [join(folder, 'resnet20-12fca82f.th'), join(folder, 'cifar10-1000.npz')];
  const words = [join(import.meta.dirname, 'torch_surface.py'), ...files, ...[THREADS, CELLS, batch].map(String)];
  return JSON.parse(execFileSync(python, words, { encoding: 'utf8' })) as TorchFigures;
}

/** A Python that has PyTorch, and its version. */
function findTorch(): { python: string; version: string } | null {
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      const code = 'import torch; print(torch.__version__)';
      const version = execFileSync(python, ['-c', code], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return { python, version: version.trim() };
    } catch {
      // Not this one.
    }
  }
  return null;
}

const lanes: SurfaceBench['engine'] = { lanes: THREADS, threadsPerLane: 1 };

function compareEngines(name: string, checkpoint: string, samples: number): void {
  console.log(`\n${name}: ${samples} examples, ${THREADS} threads; what the engine's choices are worth`);
  const variants: readonly (readonly [string, Partial<SurfaceBench>])[] = [
    ['as Basin does it', {}],
    ['parameters as constants', { engine: { ...lanes, parameters: 'constants' } }],
    ['parameters as inputs', { engine: { ...lanes, parameters: 'inputs' } }],
    ['one lane of all threads', { engine: { lanes: 1, threadsPerLane: THREADS } }],
    ['batches of 16', { batchSize: 16 }],
    ['batches of 64', { batchSize: 64 }],
    ['batches of 128', { batchSize: 128 }],
  ];
  for (const [what, change] of variants) {
    const figures = basin({ checkpoint, samples, cells: CELLS, engine: lanes, ...change });
    const session = `session ${figures.sessionMilliseconds.toFixed(1)} ms`;
    const memory = `peak ${figures.peakMegabytes.toFixed(0)} MB`;
    console.log(`  ${what.padEnd(26)} ${figures.cellsPerSecond.toFixed(2).padStart(8)} cells/s  ${session}  ${memory}`);
  }
}

function compareWithTorch(checkpoint: string, folder: string): void {
  const found = findTorch();
  if (!found) {
    console.log('\nPyTorch is not installed (Debian: python3-torch with libopenblas0-pthread); no comparison.');
    return;
  }
  console.log(`\nResNet-20, 256 images, ${THREADS} threads: Basin and PyTorch ${found.version} take turns`);
  // The baseline gets the batch size that suits it best.
  const batches = [32, 64, 128, 256].map(batch => ({ batch, ...torch(found.python, folder, batch) }));
  const best = batches.reduce((a, b) => (b.cellsPerSecond > a.cellsPerSecond ? b : a));
  console.log(
    `  PyTorch by batch size: ${batches.map(b => `${b.batch}: ${b.cellsPerSecond.toFixed(2)}`).join(', ')} cells/s`,
  );
  const rounds = Array.from({ length: ROUNDS }, () => {
    const own = basin({ checkpoint, samples: 256, cells: CELLS, engine: lanes });
    const theirs = torch(found.python, folder, best.batch);
    const ratio = own.cellsPerSecond / theirs.cellsPerSecond;
    console.log(
      `  Basin ${own.cellsPerSecond.toFixed(2)}, PyTorch ${theirs.cellsPerSecond.toFixed(2)} cells/s: ratio ${ratio.toFixed(2)}; session ${own.sessionMilliseconds.toFixed(1)} ms, peak ${own.peakMegabytes.toFixed(0)} MB; losses ${own.loss.toFixed(6)}, ${theirs.loss.toFixed(6)}`,
    );
    return { ratio, peak: own.peakMegabytes };
  });
  console.log(`  Median ratio ${median(rounds.map(({ ratio }) => ratio)).toFixed(2)}`);
}

console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} processors, Node ${process.versions.node}`);
compareEngines('Digits CNN', join(ROOT, 'demo/runs/batch-32/epoch_024.pt'), 1024);
const folder = join(process.env.BASIN_CASES ?? '', 'cifar10-resnet20');
if (process.env.BASIN_CASES && existsSync(folder)) {
  const checkpoint = join(folder, 'resnet20-12fca82f.th');
  compareEngines('ResNet-20', checkpoint, 256);
  compareWithTorch(checkpoint, folder);
} else {
  console.log('\nResNet-20: skipped, because BASIN_CASES does not name the folder that holds it.');
}
