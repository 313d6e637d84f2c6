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

/** Prints progress and warnings on standard error: standard output has only the result. */
export function report(line: string): void {
  process.stderr.write(`${line}\n`)
}
