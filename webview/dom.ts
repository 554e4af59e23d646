/** Builds elements without markup strings, so that no text is ever read as HTML. */

type Attributes = Readonly<Record<string, string | boolean>>;

/** An element with attributes (`true` is an empty attribute, `false` none) and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) created.setAttribute(key, value === true ? '' : value);
  }
  created.append(...children);
  return created;
}

/** Writes text only where it differs, so that screen readers are not told the same again. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
