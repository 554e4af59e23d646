/** The one place that reads VS Code's colour theme, for what is drawn on canvases; style.css uses the same variables. */

export interface Theme {
  readonly isHighContrast: boolean;
  readonly background: string;
  readonly foreground: string;
  /** Labels and secondary text. */
  readonly muted: string;
  /** Frames and grid lines. */
  readonly line: string;
  readonly fontFamily: string;
  /** In CSS pixels. */
  readonly fontSize: number;
}

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
    fontFamily: variable('font-family') || style.fontFamily,
    fontSize: Number.parseFloat(variable('font-size') || style.fontSize) || 13,
  };
}

/** Calls back whenever the theme changes: VS Code then rewrites the body's class and the root's style. */
export function onThemeChange(listener: (theme: Theme) => void): { dispose(): void } {
  const observer = new MutationObserver(() => listener(readTheme()));
  const watched = { attributes: true, attributeFilter: ['class', 'style', 'data-vscode-theme-id'] };
  observer.observe(document.documentElement, watched);
  observer.observe(document.body, watched);
  return { dispose: () => observer.disconnect() };
}
