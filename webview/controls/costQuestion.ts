/** Asks what a form's options take, once the reader pauses, and only where the form is looked at. */

/** Milliseconds without a change after which the cost is asked for. */
const QUIET = 200;

export class CostQuestion<Options> {
  readonly #form: HTMLElement;
  readonly #ask: (options: Options) => void;
  #asked = '';
  #pending: ReturnType<typeof setTimeout> | undefined;

  constructor(form: HTMLElement, ask: (options: Options) => void) {
    this.#form = form;
    this.#ask = ask;
  }

  /** @param current What the form asks for by then; a sentence on what is wrong, or null, is no question. */
  soon(current: () => Options | string | null): void {
    clearTimeout(this.#pending);
    this.#pending = setTimeout(() => {
      const options = current();
      if (options === null || typeof options === 'string' || this.#form.offsetParent === null) return;
      const asked = JSON.stringify(options);
      if (this.#asked === asked) return;
      this.#asked = asked;
      this.#ask(options);
    }, QUIET);
  }
}
