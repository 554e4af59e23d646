/** Judges from the time between frames whether the surface turns smoothly. Pure. */

/** Milliseconds: a quarter less than thirty frames a second take, since frames are uneven and other work may come. */
const MOST = 25;
/** One late frame says little. */
const LEAST_FRAMES = 5;
/** A longer time between two frames is a pause of the hand's. */
const PAUSE = 400;

export class FramePace {
  #last: number | null = null;
  #intervals: number[] = [];
  #isSlow = false;

  /** Once it is slow it stays so: what was made cheaper would look fast enough to be made dear again. */
  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** Tells that a frame of a movement begins; `now` in milliseconds. */
  frame(now: number): void {
    const interval = this.#last === null ? null : now - this.#last;
    this.#last = now;
    if (interval === null || interval > PAUSE) return;
    this.#intervals = [...this.#intervals, interval].slice(-LEAST_FRAMES);
    if (this.#intervals.length < LEAST_FRAMES) return;
    const sorted = this.#intervals.toSorted((a, b) => a - b);
    if (sorted[Math.floor(LEAST_FRAMES / 2)]! > MOST) this.#isSlow = true;
  }

  /** Tells that the movement is over. */
  rest(): void {
    this.#last = null;
    this.#intervals = [];
  }
}
