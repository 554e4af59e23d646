/** Text that may hold a file's name must not become a link, an icon or a table. */
export const escapeMarkdown = (value: string): string => value.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&');

/** A link that runs a command, with arguments where it takes some. */
export function commandLink(title: string, command: string, ...given: readonly unknown[]): string {
  if (given.length === 0) return `[${title}](command:${command})`;
  // What encodeURIComponent leaves as it is may end a link of Markdown.
  const query = encodeURIComponent(JSON.stringify(given)).replace(
    /[!'()*~_]/g,
    character => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `[${title}](command:${command}?${query})`;
}
