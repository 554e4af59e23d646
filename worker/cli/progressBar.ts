import { gigabytes } from '../commands/memoryPlan.ts';
import type { Progress } from '../results.ts';

const WIDTH = 30;

/** A job of at least this many seconds is announced with what it will need. */
export const LONG_JOB = 10;

/** What is counted, and what one of it takes in a file. */
export interface Unit {
  readonly singular: string;
  readonly bytes: number;
}

/** A cell's three numbers as text. */
const CELLS: Unit = { singular: 'cell', bytes: 64 };

interface Update {
  readonly progress: Progress;
  readonly memoryBytes: number;
  /** Of a surface: where it is kept on disk. */
  readonly key?: string;
  /** Of other results: whether they are. */
  readonly isKept?: boolean;
}

/** One line on a terminal that is drawn over and over; before it, and in a log alone, what a long job will need. */
export class ProgressBar {
  private announced = false;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly unit: Unit = CELLS,
  ) {}

  update({ progress: { done, total, remainingSeconds }, memoryBytes, key, isKept }: Update): void {
    if (!this.announced && remainingSeconds !== null) {
      this.announced = true;
      if (remainingSeconds >= LONG_JOB) {
        const disk = key !== undefined || isKept ? `${gigabytes(total * this.unit.bytes)} on disk` : 'nothing on disk';
        const needs = `about ${formatDuration(remainingSeconds)}, ${gigabytes(memoryBytes)} of memory, ${disk}`;
        this.clear();
        this.stream.write(`${total} ${this.unit.singular}${total === 1 ? '' : 's'}: ${needs}\n`);
      }
    }
    if (!this.stream.isTTY) return;
    const filled = Math.round((WIDTH * done) / total);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    const rest = remainingSeconds === null ? '' : `  ${formatDuration(remainingSeconds)} left`;
    this.stream.write(`\r\x1b[K${bar} ${done}/${total} ${this.unit.singular}s${rest}`);
  }

  clear(): void {
    if (this.stream.isTTY) this.stream.write('\r\x1b[K');
  }
}

/** `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
