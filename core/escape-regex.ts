// Text in a regular expression.

/** Matches just this text, in regular expressions of JavaScript and of RE2. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
