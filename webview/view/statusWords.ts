/** Where something stands that takes its time, in words. */
export interface StatusWords {
  /** Changes with what is going on only: what a screen reader announces. */
  readonly headline: string;
  /** How far, how long: changes all the time, and is not announced. */
  readonly detail: string;
  /** `unknown` while something goes on of which nobody knows how long it takes; null where nothing does. */
  readonly progress: { readonly done: number; readonly total: number } | 'unknown' | null;
  /** What went wrong, with the remedy. */
  readonly message: string | null;
}
