// Writes what a verb found: as a table, as JSON or as YAML.

import { stringify } from 'yaml'

export const FORMATS = ['table', 'json', 'yaml'] as const
export type Format = (typeof FORMATS)[number]

/** Prints `value`; `table` renders it for a person. */
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

/** Progress and warnings: on standard error, since standard output is for what was asked. */
export function report(line: string): void {
  process.stderr.write(`${line}\n`)
}
