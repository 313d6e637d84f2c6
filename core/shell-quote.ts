// Text as one word of a shell.

/** In single quotes, so that nothing in it has a meaning: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
