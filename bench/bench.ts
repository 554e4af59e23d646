/**
 * npm run bench: how fast Basin is beside plain PyTorch, in one run on one machine, as ratios; a report, no test.
 * `npm run bench -- surface`, `-- derivatives` or `-- spectrum` runs that part alone; `npm run bench -- host [TEXT …]` tells
 * what Basin takes of VS Code's extension host, BASIN_HOST_SECONDS (60) for each part whose name contains one of the texts.
 *
 * The two take turns, several rounds, and each ratio is the median of the rounds', so that a busy moment harms neither.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import type { DerivativesBench, DerivativesFigures } from './derivatives.ts';
import type { SpectrumBench, SpectrumFigures } from './spectrum.ts';
import type { SurfaceBench, SurfaceFigures } from './surface.ts';

const ROUNDS = 5;
const CELLS = 24;
const DERIVATIVE_SAMPLES = 128;
/** How often a derivative is timed in each turn. */
const REPEATS = 5;
/** Eigenpairs of a spectrum, and the batch size that suits PyTorch's double backward. */
const PAIRS = 20;
const SPECTRUM_BATCH = 32;
const THREADS = Math.min(2, availableParallelism());
const ROOT = join(import.meta.dirname, '..');

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** What one of the scripts beside this one says that runs Basin. */
function run<Bench, Figures>(script: string, bench: Bench): Figures {
  const words = ['--import', 'tsx', join(import.meta.dirname, script), JSON.stringify(bench)];
  return JSON.parse(execFileSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' })) as Figures;
}

const basin = (bench: SurfaceBench): SurfaceFigures => run('surface.ts', bench);
const basinDerivatives = (bench: DerivativesBench): DerivativesFigures => run('derivatives.ts', bench);

interface TorchFigures {
  readonly cellsPerSecond: number;
  readonly loss: number;
}

interface TorchDerivatives {
  /** Seconds. */
  readonly gradient: number;
  readonly product: number;
  /** Of the gradient and of the product. */
  readonly norms: readonly [number, number];
  readonly peakMegabytes: number;
}

/** What one of the PyTorch scripts says of ResNet-20. */
function runTorch<Figures>(python: string, script: string, folder: string, numbers: readonly number[]): Figures {
  const files = [join(folder, 'resnet20-12fca82f.th'), join(folder, 'cifar10-1000.npz')];
  const words = ['-B', join(import.meta.dirname, script), ...files, ...numbers.map(String)];
  return JSON.parse(execFileSync(python, words, { encoding: 'utf8' })) as Figures;
}

const torch = (python: string, folder: string, batch: number): TorchFigures =>
  runTorch(python, 'torch_surface.py', folder, [THREADS, CELLS, batch]);

const torchDerivatives = (python: string, folder: string, batch: number): TorchDerivatives =>
  runTorch(python, 'torch_hvp.py', folder, [THREADS, DERIVATIVE_SAMPLES, batch, REPEATS]);

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

function compareDerivatives(checkpoint: string, folder: string): void {
  const found = findTorch();
  const measure = (vectors: number): DerivativesFigures =>
    basinDerivatives({ checkpoint, samples: DERIVATIVE_SAMPLES, engine: lanes, vectors, repeats: REPEATS });
  const against = found ? `Basin and PyTorch ${found.version} take turns` : 'Basin alone, as PyTorch is not installed';
  console.log(`\nDerivatives of ResNet-20, ${DERIVATIVE_SAMPLES} images, ${THREADS} threads: ${against}`);
  // The baseline gets the batch size that suits it best.
  const batches = found
    ? [16, 32, 64, 128].map(batch => ({ batch, ...torchDerivatives(found.python, folder, batch) }))
    : [];
  for (const { batch, gradient, product, peakMegabytes } of batches) {
    const figures = `gradient ${gradient.toFixed(3)} s, product ${product.toFixed(3)} s`;
    console.log(`  PyTorch, batches of ${batch}: ${figures}, peak ${peakMegabytes.toFixed(0)} MB`);
  }
  const best = batches.length > 0 ? batches.reduce((a, b) => (b.product < a.product ? b : a)) : null;
  const rounds = Array.from({ length: ROUNDS }, () => {
    const [gradient, one, four] = [measure(0), measure(1), measure(4)] as const;
    const theirs = found && best ? torchDerivatives(found.python, folder, best.batch) : null;
    console.log(
      `  Basin gradient ${gradient.seconds.toFixed(3)} s, product ${one.seconds.toFixed(3)} s, four ${four.seconds.toFixed(3)} s, peaks ${[gradient, one, four].map(({ peakMegabytes }) => peakMegabytes.toFixed(0)).join(', ')} MB; norms ${gradient.norm.toFixed(5)}, ${one.norm.toFixed(4)}`,
    );
    if (theirs) {
      console.log(
        `  PyTorch gradient ${theirs.gradient.toFixed(3)} s, product ${theirs.product.toFixed(3)} s, peak ${theirs.peakMegabytes.toFixed(0)} MB; norms ${theirs.norms[0].toFixed(5)}, ${theirs.norms[1].toFixed(4)}`,
      );
    }
    return {
      four: four.seconds / one.seconds,
      gradient: theirs ? theirs.gradient / gradient.seconds : Number.NaN,
      product: theirs ? theirs.product / one.seconds : Number.NaN,
      memory: theirs ? one.peakMegabytes / theirs.peakMegabytes : Number.NaN,
    };
  });
  const middle = (name: 'four' | 'gradient' | 'product' | 'memory'): string =>
    median(rounds.map(round => round[name])).toFixed(2);
  console.log(`  Median: four vectors cost ${middle('four')} single ones`);
  if (!found) return;
  console.log(
    `  Median ratios: gradient ${middle('gradient')} and product ${middle('product')} times as fast as PyTorch, peak memory of a product ${middle('memory')} of PyTorch's`,
  );
}

function compareSpectra(checkpoint: string, folder: string): void {
  console.log(`\nThe ${PAIRS} largest eigenvalues of ResNet-20, ${DERIVATIVE_SAMPLES} images, ${THREADS} threads`);
  const bench = { checkpoint, pairs: PAIRS, samples: DERIVATIVE_SAMPLES, threads: THREADS };
  const own = run<SpectrumBench, SpectrumFigures>('spectrum.ts', { ...bench, method: 'basin' });
  const error = (values: readonly number[]): string =>
    Math.max(...values.map((value, index) => Math.abs(value / own.values[index]! - 1))).toExponential(1);
  const report = (what: string, { products, seconds, values }: SpectrumFigures): void => {
    const cost = `${String(products).padStart(5)} products, ${seconds.toFixed(1).padStart(6)} s`;
    console.log(`  ${what.padEnd(52)} ${cost}, farthest from the first line ${error(values)}`);
  };
  report('Basin, to residuals of 1e-4·|λ|', own);
  const found = findTorch();
  if (found) {
    const numbers = [THREADS, PAIRS, DERIVATIVE_SAMPLES, SPECTRUM_BATCH];
    report(
      `SciPy's eigsh on PyTorch ${found.version}, to 1e-4`,
      runTorch(found.python, 'torch_spectrum.py', folder, numbers),
    );
  }
  const power = run<SpectrumBench, SpectrumFigures>('spectrum.ts', { ...bench, method: 'power' });
  report('power iteration with deflation, to changes of 1e-3', power);
}

/** A window of VS Code, in which Basin watches a training; all of it, or the parts whose names contain some text. */
function watchTraining(names: readonly string[]): void {
  const words = ['--import', 'tsx', join(import.meta.dirname, 'host.ts'), process.env.BASIN_HOST_SECONDS ?? '60'];
  execFileSync(process.execPath, [...words, ...names], { cwd: ROOT, stdio: 'inherit' });
}

console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} processors, Node ${process.versions.node}`);
const parts = process.argv.slice(2);
const isWanted = (part: 'surface' | 'derivatives' | 'spectrum'): boolean => parts.length === 0 || parts.includes(part);
if (parts[0] === 'host') {
  watchTraining(parts.slice(1));
  process.exit();
}
if (isWanted('surface')) compareEngines('Digits CNN', join(ROOT, 'demo/runs/batch-32/epoch_024.pt'), 1024);
const folder = join(process.env.BASIN_CASES ?? '', 'cifar10-resnet20');
if (process.env.BASIN_CASES && existsSync(folder)) {
  const checkpoint = join(folder, 'resnet20-12fca82f.th');
  if (isWanted('surface')) {
    compareEngines('ResNet-20', checkpoint, 256);
    compareWithTorch(checkpoint, folder);
  }
  if (isWanted('derivatives')) compareDerivatives(checkpoint, folder);
  if (isWanted('spectrum')) compareSpectra(checkpoint, folder);
} else {
  console.log('\nResNet-20: skipped, because BASIN_CASES does not name the folder that holds it.');
}
