/** A box to tick, with its label. */
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';

export class Checkbox {
  readonly element = document.createElement('vscode-checkbox');

  constructor(label: string, onTick: (isTicked: boolean) => void) {
    this.element.label = label;
    this.element.addEventListener('change', () => onTick(this.element.checked));
  }

  show(isTicked: boolean): void {
    if (this.element.checked !== isTicked) this.element.checked = isTicked;
  }
}
