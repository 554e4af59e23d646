/** The one place that reads VS Code's colour theme, for what is drawn on canvases; style.css uses the same variables. */
import type { Theme } from './view/theme.ts';

/** Reads the variables VS Code sets on the page's root; what a theme leaves out is taken from its kin. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const variable = (...names: readonly string[]): string => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value !== '') return value;
    }
    return '';
  };
  const { classList } = document.body;
  const isHighContrast = classList.contains('vscode-high-contrast') || classList.contains('vscode-high-contrast-light');
  const foreground = variable('editor-foreground', 'foreground') || style.color;
  return {
    isHighContrast,
    background: variable('editor-background') || style.backgroundColor,
    foreground,
    muted: isHighContrast ? foreground : variable('descriptionForeground') || foreground,
    line: isHighContrast ? variable('contrastBorder') || foreground : foreground,
    // Some themes let these shine through; they are taken from decorations of text.
    series: seriesNames.map(name => opaque(variable(`charts-${name}`) || foreground)),
    fontFamily: variable('font-family') || style.fontFamily,
    fontSize: Number.parseFloat(variable('font-size') || style.fontSize) || 13,
  };
}

/** VS Code's colours for charts. */
const seriesNames = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'] as const;

/** Calls back whenever the theme changes: VS Code then rewrites the body's class and the root's style. */
export function onThemeChange(listener: (theme: Theme) => void): { dispose(): void } {
  const observer = new MutationObserver(() => listener(readTheme()));
  const watched = { attributes: true, attributeFilter: ['class', 'style', 'data-vscode-theme-id'] };
  observer.observe(document.documentElement, watched);
  observer.observe(document.body, watched);
  return { dispose: () => observer.disconnect() };
}

/** The colour without its alpha, as `rgb(…)`: what draws it may know no alpha, or add its own. */
export function opaque(color: string): string {
  const context = document.createElement('canvas').getContext('2d')!;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}
