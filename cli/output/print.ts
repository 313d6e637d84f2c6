// Prints the result of a verb as a table, JSON or YAML.

import pc from 'picocolors'
import { stringify } from 'yaml'
import { printable, printableValue, printableWithColors } from '../../core/printable.ts'

export const FORMATS = ['table', 'json', 'yaml'] as const
export type Format = (typeof FORMATS)[number]

/** Prints `value`; `table` renders it for people. */
export function print<T>(value: T, format: Format, table: (value: T) => string): void {
  process.stdout.write(`${renderAs(value, format, table).trimEnd()}\n`)
}

function renderAs<T>(value: T, format: Format, table: (value: T) => string): string {
  switch (format) {
    case 'table':
      return table(printableValue(value))
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

/** Removes a line that `LiveLine` has shown. */
export const CLEAR_LINE = '\r\x1b[2K'

/** Whatever a verb prints: text of others, such as that of a NACK, is no program for the terminal. Colors stay. */
export function guardTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean
    stream.write = (chunk: unknown, ...rest: unknown[]) =>
      write(typeof chunk === 'string' ? guarded(chunk) : chunk, ...rest)
  }
}

function guarded(text: string): string {
  const clean = pc.isColorSupported ? printableWithColors : printable
  return text.startsWith(CLEAR_LINE) ? CLEAR_LINE + clean(text.slice(CLEAR_LINE.length)) : clean(text)
}

/** An error: its text is often that of others. */
export function reportError(message: string): void {
  report(printable(message))
}

/** Prints progress and warnings on standard error: standard output has only the result. */
export function report(line: string): void {
  process.stderr.write(`${line}\n`)
}
