import { gigabytes } from '../commands/memoryPlan.ts';
import type { SpectrumUpdate } from '../results.ts';
import { formatNumber } from '../text.ts';
import { formatDuration, LONG_JOB } from './progressBar.ts';

/**
 * One line on a terminal that says how far a spectrum is; before it, and in a log alone, what a long one is likely to
 * need. How many products it takes shows at its end only.
 */
export class StatusLine {
  private announced = false;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  update(update: SpectrumUpdate): void {
    this.announce(update);
    if (!this.stream.isTTY) return;
    const { result, elapsedSeconds, stage, memoryBytes } = update;
    const pairs = [...result.largest, ...result.smallest];
    const converged = pairs.filter(pair => pair.converged).length;
    const [first] = result.largest;
    const top = first ? `, largest ${formatNumber(first.value)}` : '';
    const progress = `${result.products} products, ${converged} of ${pairs.length} pairs converged${top}`;
    const cost = `${formatDuration(elapsedSeconds)}, ${gigabytes(memoryBytes)} of memory`;
    this.stream.write(`\r\x1b[K${stage}: ${progress}  (${cost})`);
  }

  private announce({ expectedProducts, secondsPerProduct, memoryBytes, key, stage }: SpectrumUpdate): void {
    if (this.announced || secondsPerProduct === null || stage === 'done') return;
    this.announced = true;
    const { least, most } = expectedProducts;
    if (most * secondsPerProduct < LONG_JOB) return;
    const [from, to] = [least, most].map(products => formatDuration(products * secondsPerProduct));
    const disk = key === undefined ? 'nothing on disk' : 'eigenvectors and numbers on disk';
    this.clear();
    this.stream.write(
      `about ${least} to ${most} products: ${from} to ${to}, ${gigabytes(memoryBytes)} of memory, ${disk}\n`,
    );
  }

  clear(): void {
    if (this.stream.isTTY) this.stream.write('\r\x1b[K');
  }
}
