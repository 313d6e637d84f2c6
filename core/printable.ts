// Text of others, such as the reason of a NACK, as a terminal may show it: no character in it moves the cursor, erases or reorders.

/**
 * All control characters but the tab and the line feed: C0, DEL, C1, half surrogates, and those that change the direction of text.
 * https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const HARMFUL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu

/** Colors and weights, as they are in the output of `yard` itself. Not black, the background or hidden text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it keeps
const COLOR = /(\x1b\[(?:0|1|2|3|4|22|23|24|3[1-7]|39|9[0-7])m)/

/** Writes each harmful character as its escape, such as `\u001b`. */
export function printable(text: string): string {
  return text.replace(HARMFUL, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The same, but keeps sequences for colors. */
export function printableWithColors(text: string): string {
  return text
    .split(COLOR)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('')
}

/** The same value with all of its strings printable, keys included. */
export function printableValue<T>(value: T): T {
  return clean(value) as T
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return printable(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  // Others than plain objects, such as maps and dates, have methods that a copy would lose.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), clean(inner)]))
}
