// Prints the result of a verb as a table, JSON or YAML.

import { stringify } from 'yaml'

export const FORMATS = ['table', 'json', 'yaml'] as const
export type Format = (typeof FORMATS)[number]

/** Prints `value`; `table` renders it for people. */
export function print<T>(value: T, format: Format, table: (value: T) => string): void {
  process.stdout.write(`${renderAs(value, format, table).trimEnd()}\n`)
}

function renderAs<T>(value: T, format: Format, table: (value: T) => string): string {
  switch (format) {
    case 'table':
      return table(value)
    case 'json':
      return JSON.stringify(value, undefined, 2)
    case 'yaml':
      return stringify(value)
  }
}

/**
 * Without this, a full disk or a reader that leaves ends the program with a stack trace. Lost progress is no failure; a lost result
 * is one, but `yard up` goes on.
 */
export function surviveLostOutput(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    process.exitCode = 1
    if (code !== 'EPIPE') report(`the output cannot be written: ${message}`)
  })
}

/** Prints progress and warnings on standard error: standard output has only the result. */
export function report(line: string): void {
  process.stderr.write(`${line}\n`)
}
