/** What VS Code has kept of its editors. */
import type { Page } from 'playwright-core';

/**
 * Reads all that VS Code has kept in the browser, where it writes every few seconds. As text, since it runs in the
 * workbench's page, of whose types these tests know nothing.
 */
const read = `(async () => {
  const done = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const texts = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('vscode-web-state-db')) continue;
    const database = await done(indexedDB.open(name));
    for (const table of database.objectStoreNames) {
      texts.push(JSON.stringify(await done(database.transaction(table).objectStore(table).getAll())));
    }
    database.close();
  }
  return texts.join();
})()`;

/** All of it as one text, to be searched for what a page has saved. */
export const keptState = (page: Page): Promise<string> => page.evaluate<string>(read);
