/** A push button. */
import '@vscode-elements/elements/dist/vscode-button/index.js';

/** `primary` is for the one thing that the page suggests to do next. */
export function button(
  label: string,
  onClick: () => void,
  look: 'primary' | 'secondary' = 'secondary',
): HTMLElementTagNameMap['vscode-button'] {
  const created = document.createElement('vscode-button');
  created.secondary = look === 'secondary';
  created.textContent = label;
  created.addEventListener('click', onClick);
  return created;
}
