/** Runs a mocha suite inside the extension host of a VS Code server, as @vscode/test-electron does in the desktop edition. */
import type { Browser } from 'playwright-core';
import { type ServerOptions, startServer } from '../../scripts/vscodeServer.mjs';

export interface HostSuiteOptions extends ServerOptions {
  readonly testsPath: string;
  /** Receives what the extension host logs while the suite runs. */
  readonly onLog: (line: string) => void;
}

/** Long enough for a start on a busy machine and the whole suite; a run that hangs ends with this. */
const limitMilliseconds = 900_000;

/** Returns the suite's exit code: 0 where every test passed. Throws where the suite did not end in time. */
export async function runHostSuite(browser: Browser, options: HostSuiteOptions): Promise<number> {
  const server = await startServer(options);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.exposeFunction('codeAutomationLog', (_type: string, parts: unknown[]) => options.onLog(parts.join(' ')));
    let limit: NodeJS.Timeout | undefined;
    const exitCode = new Promise<number>((resolve, reject) => {
      const seconds = limitMilliseconds / 1000;
      const late = (): void => reject(new Error(`The suite did not end within ${seconds} s.\n${server.log()}`));
      limit = setTimeout(late, limitMilliseconds);
      page
        .exposeFunction('codeAutomationExit', resolve)
        .then(() => page.goto(server.url))
        .catch(reject);
    });
    return await exitCode.finally(() => clearTimeout(limit));
  } finally {
    await context.close();
    await server.stop();
  }
}
