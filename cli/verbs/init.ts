// `yard init`: writes a starting document with comments, from flags or from three questions.

import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { parse } from 'yaml'
import { checkConfig } from '../../control-plane/document/validate.ts'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { localEndpointsOf } from '../../testbed/document.ts'
import { report } from '../output/print.ts'
import { readPort, withExamples } from './flags.ts'
import { DEFAULT_VALUES, type StartingValues, startingDocument } from './starting-document.ts'

interface InitFlags {
  readonly fleet?: string
  readonly port?: number
  readonly endpoint?: readonly string[]
  readonly ask: boolean
  readonly out?: string
  readonly force: boolean
}

export function addInit(program: Command): void {
  const command = program
    .command('init')
    .description(
      'Print a starting document with comments. Without flags, a terminal is asked three questions.',
    )
    .option('--fleet <name>', `Name of the fleet (default: ${DEFAULT_VALUES.fleet}).`)
    .option('--port <number>', `Port of its listener (default: ${DEFAULT_VALUES.port}).`, readPort)
    .option(
      '--endpoint <address...>',
      `Addresses of the backends (default: ${DEFAULT_VALUES.endpoints.join(' ')}).`,
    )
    .option('--ask', 'Ask the questions even if standard input is not a terminal.', false)
    .option('--out <file>', 'Write a new file (default: standard output).')
    .option('--force', 'Replace the file of --out if it exists.', false)
  withExamples(command, [
    ['yard init --out my.yaml', 'Answer three questions.'],
    ['yard init --port 8443 --endpoint 10.0.0.5:7000 10.0.0.6:7000 > my.yaml', 'Answer by flags.'],
    ['yard up --config my.yaml --backends 3', 'Start a testbed with the document.'],
  ])
  command.action(async (flags: InitFlags) => {
    const values = await valuesOf(flags)
    const text = startingDocument(values)
    const problems = problemsOf(text)
    if (problems.length > 0) throw new SwitchyardError('invalid-argument', 'invalid values:', { problems })
    if (flags.out === undefined) process.stdout.write(text)
    else await writeNew(flags.out, text, flags.force)
  })
}

async function valuesOf({ fleet, port, endpoint, ask }: InitFlags): Promise<StartingValues> {
  const isGiven = (fleet ?? port ?? endpoint) !== undefined
  if (ask || (!isGiven && process.stdin.isTTY)) return await askForValues()
  return {
    fleet: fleet ?? DEFAULT_VALUES.fleet,
    port: port ?? DEFAULT_VALUES.port,
    endpoints: endpoint ?? DEFAULT_VALUES.endpoints,
  }
}

/** The problems of a starting document, by the flag that fixes each. */
function problemsOf(text: string): readonly Problem[] {
  const checked = checkConfig(parse(text))
  if ('config' in checked) return []
  return checked.problems.map(({ steps, message }) => ({ path: flagOf(steps), message }))
}

function flagOf(steps: readonly string[]): string {
  if (steps[0] === 'upstreams') return '--endpoint'
  return steps.at(-1) === 'port' ? '--port' : '--fleet'
}

async function askForValues(): Promise<StartingValues> {
  const lines = createInterface({ input: process.stdin })
  const answers = lines[Symbol.asyncIterator]()
  try {
    const fleet = await ask(answers, 'Name of the fleet?', DEFAULT_VALUES.fleet, (text) => ({
      fleet: text,
    }))
    const port = await ask(answers, 'Port of its listener?', String(DEFAULT_VALUES.port), (text) => ({
      port: Number(text),
    }))
    const backends = DEFAULT_VALUES.endpoints.join(' ')
    const endpoints = await ask(answers, 'Addresses of the backends?', backends, (text) => ({
      endpoints: text.split(/[\s,]+/),
    }))
    return { ...DEFAULT_VALUES, ...fleet, ...port, ...endpoints }
  } finally {
    lines.close()
  }
}

/** Asks until the answer is valid. An empty answer, and the end of the input, is the default. */
async function ask<T extends Partial<StartingValues>>(
  answers: AsyncIterator<string>,
  question: string,
  fallback: string,
  read: (text: string) => T,
): Promise<T> {
  for (;;) {
    process.stderr.write(`${question} [${fallback}] `)
    const { value, done } = await answers.next()
    const values = read(done || value.trim() === '' ? fallback : value.trim())
    const problems = problemsOf(startingDocument({ ...DEFAULT_VALUES, ...values }))
    if (problems.length === 0) return values
    for (const { message } of problems) report(`  ${message}`)
    if (done) return values
  }
}

async function writeNew(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const what =
      code === 'EEXIST' ? `${file} exists: choose another name, or replace it with --force` : message
    throw new SwitchyardError('invalid-argument', what, { cause })
  }
  const backends = localEndpointsOf(parse(text)).length
  const up = `yard up --config ${file}${backends > 0 ? ` --backends ${backends}` : ''}`
  report(`${file}: edit it, then run "yard lint ${file}" and "${up}" (with secrets, add --mtls)`)
}
