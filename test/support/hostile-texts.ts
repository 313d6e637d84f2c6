// Texts that are built to be slow for patterns and loops: one unit again and again, and an end that makes a match fail late.

/** Within the 60 KiB of headers that a call may have. */
export const HOSTILE_LENGTH = 58_000

const UNITS = [
  ...[
    ' ',
    'a ',
    ',',
    'a, ',
    '=',
    ';',
    '-',
    'a.',
    '/',
    '/..',
    '//',
    '%2e',
    '%2f',
    '\\',
    '"',
    '(',
    '[',
    '{"a":',
    '&',
  ],
  ...[':', '~1', '0', 'aGk=,', 'eyJhbGciOiJub25lIn0.', 'bearer  ', '\u00ff'],
]

/** By what they are made of. Each begins and ends with a letter, because HTTP does not allow spaces there. */
export function hostileTexts(length = HOSTILE_LENGTH): ReadonlyMap<string, string> {
  return new Map(
    UNITS.map((unit) => [
      JSON.stringify(unit),
      `a${unit.repeat(Math.ceil(length / unit.length)).slice(0, length - 2)}b`,
    ]),
  )
}

/** Of the same length, and of letters only. */
export function honestText(length = HOSTILE_LENGTH): string {
  return 'aGVsbG8h'.repeat(Math.ceil(length / 8)).slice(0, length)
}
