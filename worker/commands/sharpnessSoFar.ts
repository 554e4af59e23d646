import type {
  JsonNumber,
  Progress,
  RescalingCheck,
  SharpnessMeasure,
  SharpnessResult,
  SharpnessUpdate,
} from '../results.ts';
import type { MeasuredSharpness } from '../sharpnessDocument.ts';
import type { Problem } from './problem.ts';
import { ALPHAS, CHECK_COST, type Pair, withRescaled } from './rescalingCheck.ts';
import { costOf, type SharpnessTask } from './sharpnessTasks.ts';

/** Until this share of the checkpoint's own measures is done, what is left cannot be told: the first takes its time to start. */
const TELLING_SHARE = 0.1;

/** What of a request for sharpness is done: its result, its progress and an estimate of what is left. */
export class SharpnessSoFar {
  readonly #problem: Problem;
  readonly #tasks: readonly SharpnessTask[];
  /** The pair that is rescaled, or why none can be; null where nobody asked. */
  readonly #pair: Pair | { readonly problem: string } | null;
  readonly #place: Pick<SharpnessUpdate, 'memoryBytes' | 'isKept'>;
  readonly #started = performance.now();
  /** By α, then by task. */
  readonly #done = new Map<number, Map<SharpnessTask, MeasuredSharpness>>();
  #check: RescalingCheck | null = null;
  /** The loss of the checkpoint; NaN until it is known. */
  loss: JsonNumber = 'NaN';

  constructor(
    problem: Problem,
    tasks: readonly SharpnessTask[],
    pair: Pair | { readonly problem: string } | null,
    place: Pick<SharpnessUpdate, 'memoryBytes' | 'isKept'>,
  ) {
    this.#problem = problem;
    this.#tasks = tasks;
    this.#pair = pair;
    this.#place = place;
  }

  /** Takes note of a task's measures at an α, 1 for the checkpoint itself. */
  add(task: SharpnessTask, alpha: number, measured: MeasuredSharpness): void {
    const own = this.#done.get(alpha) ?? new Map<SharpnessTask, MeasuredSharpness>();
    this.#done.set(alpha, own.set(task, measured));
    if (alpha === 1 && measured.loss !== 'NaN') this.loss = measured.loss;
  }

  /** The tasks that are not done at an α; those that have no value at the checkpoint are not asked for elsewhere. */
  left(alpha: number): readonly SharpnessTask[] {
    const here = this.#done.get(1);
    const hasValue = (task: SharpnessTask) => here?.get(task)?.measures.some(own => own.problem === undefined) ?? true;
    return this.#tasks.filter(task => hasValue(task) && !this.#done.get(alpha)?.has(task));
  }

  addCheck(check: RescalingCheck): void {
    this.#check = check;
  }

  update(stage: SharpnessUpdate['stage']): SharpnessUpdate {
    return {
      result: this.#result(stage === 'done'),
      progress: this.#progress(),
      stage,
      ...this.#place,
    };
  }

  #result(complete: boolean): SharpnessResult {
    const pair = this.#pair;
    return {
      kind: 'sharpness',
      checkpoint: this.#problem.checkpoint,
      loss: this.loss,
      measures: this.#tasks.flatMap(task => this.#measuresOf(task)),
      rescaling: this.#check,
      ...(pair && 'problem' in pair && { rescalingProblem: pair.problem }),
      complete,
      provenance: this.#provenance(),
    };
  }

  #measuresOf(task: SharpnessTask): readonly SharpnessMeasure[] {
    const measures = this.#done.get(1)?.get(task)?.measures ?? [];
    if (this.#alphas.length === 1) return measures;
    return measures.map((measure, index) =>
      withRescaled(measure, alpha => this.#done.get(alpha)?.get(task)?.measures[index] ?? null),
    );
  }

  /** Computing began when the first measure was, and took what all of them took. */
  #provenance(): SharpnessResult['provenance'] {
    const own = this.#problem.provenance();
    const measured = [...this.#done.values()].flatMap(tasks => [...tasks.values()]);
    const before = measured.filter(({ time }) => time < own.time);
    const [time] = [own.time, ...before.map(one => one.time)].sort() as [string];
    return { ...own, time, seconds: before.reduce((sum, { seconds }) => sum + seconds, own.seconds) };
  }

  /** The α at which tasks are done. */
  get #alphas(): readonly number[] {
    return this.#pair && 'pair' in this.#pair ? ALPHAS : [1];
  }

  /**
   * Counted in measures. What a measure took at one α it takes at another; one that has not been computed is thought to
   * cost as much a pass as those that have.
   */
  #progress(): Progress {
    const measured = [...this.#done.values()].flatMap(tasks => [...tasks]);
    const seconds = measured.reduce((sum, [, one]) => sum + one.seconds, 0);
    const passes = measured.reduce((sum, [task]) => sum + costOf(task), 0);
    const all = this.#tasks.reduce((sum, task) => sum + costOf(task), 0);
    const secondsOf = (task: SharpnessTask): number =>
      this.#done.get(1)?.get(task)?.seconds ?? (costOf(task) * seconds) / passes;
    const left = this.#alphas.flatMap(alpha => this.left(alpha));
    const isChecked = this.#alphas.length === 1 || this.#check !== null;
    const checking = isChecked ? 0 : (CHECK_COST * seconds) / passes;
    return {
      done: measured.length,
      total: measured.length + left.length,
      elapsedSeconds: (performance.now() - this.#started) / 1000,
      remainingSeconds:
        passes < TELLING_SHARE * all ? null : left.reduce((sum, task) => sum + secondsOf(task), checking),
    };
  }
}
