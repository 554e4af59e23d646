/** What the Tab key leads to on a page. */
import type { Page } from 'playwright-core';

/** More stops than this are no page of ours. */
const STOPS_MAX = 40;

/** The names of all stops in their order; one whose focus is not to be seen says so. */
export async function tabStops(page: Page): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < STOPS_MAX) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(focusedName);
    if (name === null) break;
    seen.push(name);
  }
  return seen;
}

/** The accessible name of what has the focus, shortened to what tells it from the others; null at the end of the page. */
function focusedName(): string | null {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return null;
  const inner = focused.shadowRoot?.activeElement ?? focused;
  const { outlineStyle, boxShadow } = getComputedStyle(inner);
  const host = getComputedStyle(focused);
  const beside = focused.nextElementSibling && getComputedStyle(focused.nextElementSibling);
  const face = focused.shadowRoot?.querySelector('.base, .select-face');
  const isVisible = [
    outlineStyle,
    host.outlineStyle,
    beside?.outlineStyle,
    face && getComputedStyle(face).outlineStyle,
  ].some(style => style !== undefined && style !== null && style !== 'none');
  const name =
    inner.getAttribute('aria-label') ??
    (focused instanceof HTMLInputElement ? focused.value : null) ??
    (focused as HTMLElement & { label?: string }).label ??
    focused.querySelector('.summary-title')?.textContent ??
    focused.textContent ??
    '';
  const short = name.split('.')[0]!.replace('▾', '').trim();
  return isVisible || boxShadow !== 'none' ? short : `${short}, whose focus is not to be seen`;
}
