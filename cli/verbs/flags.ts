// Flags that several verbs share, and how their values are parsed.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { FORMATS, type Format } from '../output/print.ts'
import { trustAdminCa } from '../trusted-ca.ts'

export interface AdminFlags {
  readonly admin?: string
}

export interface OutputFlags {
  readonly output: Format
}

/** Adds `--admin HOST:PORT` and `--admin-ca FILE`. */
export function withAdmin(command: Command): Command {
  return command
    .option(
      '--admin <address>',
      'HOST:PORT or URL of the control plane (default: YARD_ADMIN, else the one of "yard up").',
    )
    .option(
      '--admin-ca <file>',
      'CA of the certificate of the control plane, PEM (default: YARD_ADMIN_CA, else what the system trusts).',
    )
    .hook('preAction', async (_, verb) => trustAdminCa(verb.opts().adminCa))
}

/** Adds `-o table|json|yaml`. */
export function withOutput(command: Command, format: Format = 'table'): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'Output format.').choices(FORMATS).default(format),
  )
}

/** Adds examples to `--help`: a command and what it does. */
export function withExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length))
  const lines = examples.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

export function countOf(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least) return value
    throw new InvalidArgumentError(`Write a whole number of at least ${least}, not "${text}".`)
  }
}

/** Collects the values of a flag that may be repeated. */
export function gather(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

export function readPort(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= 65_535) return value
  throw new InvalidArgumentError(`Write a number from 0 to 65535, not "${text}".`)
}
