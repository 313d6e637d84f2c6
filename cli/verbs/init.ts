// `yard init`: writes a starting document with comments, from flags or from three questions.

import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { type Command, Option } from 'commander'
import { parse } from 'yaml'
import { checkConfig } from '../../control-plane/document/validate.ts'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { localEndpointsOf } from '../../testbed/document.ts'
import { report } from '../output/print.ts'
import { readPort, withExamples } from './flags.ts'
import {
  CLIENTS,
  DEFAULT_VALUES,
  fleetOf,
  ISSUER_UPSTREAM,
  SECURITY,
  type StartingValues,
  startingDocument,
} from './init/starting-document.ts'

interface InitFlags {
  readonly clients?: StartingValues['clients']
  readonly security?: StartingValues['security']
  readonly upstream?: string
  readonly fleet?: string
  readonly port?: number
  readonly endpoint?: readonly string[]
  readonly ask: boolean
  readonly out?: string
  readonly force: boolean
}

const BACKENDS = DEFAULT_VALUES.endpoints.join(' ')

export function addInit(program: Command): void {
  const command = program
    .command('init')
    .description(
      'Print a starting document with comments. Without flags, a terminal is asked three questions.',
    )
    .addOption(
      new Option('--clients <kind>', 'Envoys, or gRPC clients without a proxy (default: envoy).').choices(
        CLIENTS,
      ),
    )
    .option('--endpoint <address...>', `Addresses of the backends (default: ${BACKENDS}).`)
    .addOption(
      new Option(
        '--security <kind>',
        'What callers need: nothing, a token, or a certificate (default: none).',
      ).choices(SECURITY),
    )
    .option('--upstream <name>', `Name of the upstream (default: ${DEFAULT_VALUES.upstream}).`)
    .option('--fleet <name>', 'Name of the fleet (default: edge, or clients for gRPC clients).')
    .option('--port <number>', `Port of the listener of Envoys (default: ${DEFAULT_VALUES.port}).`, readPort)
    .option('--ask', 'Ask the questions even if standard input is not a terminal.', false)
    .option('--out <file>', 'Write a new file (default: standard output).')
    .option('--force', 'Replace the file of --out if it exists.', false)
  withExamples(command, [
    ['yard init --out my.yaml', 'Answer three questions.'],
    ['yard init --port 8443 --endpoint 10.0.0.5:7000 10.0.0.6:7000 > my.yaml', 'Answer by flags.'],
    [
      'yard init --clients proxyless --upstream shop > my.yaml',
      'Begin with gRPC clients that call xds:///shop.',
    ],
    ['yard up --config my.yaml --backends 3', 'Start a testbed with the document.'],
  ])
  command.action(async (flags: InitFlags) => {
    const values = await valuesOf(flags)
    const problems = problemsOf(values)
    if (problems.length > 0) throw new SwitchyardError('invalid-argument', 'invalid values:', { problems })
    const text = startingDocument(values)
    if (flags.out === undefined) process.stdout.write(text)
    else await writeNew(flags.out, text, values, flags.force)
  })
}

async function valuesOf({ ask, out: _, force: __, endpoint, ...given }: InitFlags): Promise<StartingValues> {
  const values = { ...DEFAULT_VALUES, ...given, ...(endpoint && { endpoints: endpoint }) }
  const isGiven = endpoint !== undefined || Object.keys(given).length > 0
  return ask || (!isGiven && process.stdin.isTTY) ? await askForValues(values) : values
}

/** The problems of a starting document, by the flag that fixes each. */
function problemsOf(values: StartingValues): readonly Problem[] {
  if (values.security === 'tokens' && values.upstream === ISSUER_UPSTREAM)
    return [{ path: '--upstream', message: 'is the name of the upstream that serves the keys of tokens' }]
  if (values.security === 'tokens' && values.clients === 'proxyless') {
    const message = 'tokens are checked by Envoys: write none or mtls, or --clients envoy'
    return [{ path: '--security', message }]
  }
  const checked = checkConfig(parse(startingDocument(values)))
  if ('config' in checked) return []
  // The name of the upstream stands in the document three times, but it is one flag.
  const problems = new Map(
    checked.problems.map(({ steps, message }) => {
      const path = flagOf(steps)
      return [`${path} ${message}`, { path, message }]
    }),
  )
  return [...problems.values()]
}

function flagOf(steps: readonly string[]): string {
  const [part, , field] = steps
  if (part === 'upstreams' && steps.length > 2) return '--endpoint'
  if (steps.at(-1) === 'port') return '--port'
  return part === 'fleets' && field === undefined ? '--fleet' : '--upstream'
}

async function askForValues(given: StartingValues): Promise<StartingValues> {
  const lines = createInterface({ input: process.stdin })
  const answers = lines[Symbol.asyncIterator]()
  try {
    const clients = await ask(
      answers,
      'Who calls: envoy, or proxyless (gRPC clients without a proxy)?',
      given,
      {
        fallback: given.clients,
        read: (text) => ({ clients: oneOf(CLIENTS, text) }),
      },
    )
    const endpoints = await ask(answers, 'Addresses of the backends?', clients, {
      fallback: given.endpoints.join(' '),
      read: (text) => ({ endpoints: text.split(/[\s,]+/) }),
    })
    const choices = clients.clients === 'envoy' ? SECURITY : SECURITY.filter((one) => one !== 'tokens')
    return await ask(answers, `What do callers need: ${choices.join(', ')}?`, endpoints, {
      fallback: given.security,
      read: (text) => ({ security: oneOf(choices, text) }),
    })
  } finally {
    lines.close()
  }
}

/** @throws SwitchyardError `invalid-argument` that lists the choices */
function oneOf<T extends string>(choices: readonly T[], text: string): T {
  const chosen = choices.find((choice) => choice === text)
  if (chosen !== undefined) return chosen
  throw new SwitchyardError('invalid-argument', `"${text}" is not one of ${choices.join(', ')}`)
}

interface Answer {
  readonly fallback: string
  readonly read: (text: string) => Partial<StartingValues>
}

/** Asks until the answer is valid. An empty answer, and the end of the input, is the default. */
async function ask(
  answers: AsyncIterator<string>,
  question: string,
  before: StartingValues,
  { fallback, read }: Answer,
): Promise<StartingValues> {
  for (;;) {
    process.stderr.write(`${question} [${fallback}] `)
    const { value, done } = await answers.next()
    try {
      const values = { ...before, ...read(done || value.trim() === '' ? fallback : value.trim()) }
      const problems = problemsOf(values)
      if (problems.length === 0 || done) return values
      for (const { message } of problems) report(`  ${message}`)
    } catch (error) {
      if (done) throw error
      report(`  ${SwitchyardError.from(error).message}`)
    }
  }
}

async function writeNew(file: string, text: string, values: StartingValues, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const what =
      code === 'EEXIST'
        ? `${file} exists: choose another name, or replace it with --force`
        : `--out: cannot write ${file}: ${message}. Name a file in a folder that exists and that you may write to`
    throw new SwitchyardError('invalid-argument', what, { cause })
  }
  const hasSecrets = values.security === 'mtls'
  const commands = [
    `"yard lint ${file}"`,
    ...(hasSecrets ? [`"yard certs --out ${dirname(file)}"`] : []),
    `"${upCommand(file, text, values)}"`,
  ]
  const hint = hasSecrets ? '' : ' (with secrets, add --mtls)'
  report(`${file}: edit it, then run ${commands.slice(0, -1).join(', ')} and ${commands.at(-1)}${hint}`)
}

/** The `yard up` that starts a testbed with the document. */
function upCommand(file: string, text: string, values: StartingValues): string {
  const backends = localEndpointsOf(parse(text), [ISSUER_UPSTREAM]).length
  return [
    `yard up --config ${file}`,
    ...(backends > 0 ? [`--backends ${backends}`] : []),
    ...(values.clients === 'proxyless' ? [`--fleet ${fleetOf(values)}=proxyless:node`] : []),
    ...(values.security === 'tokens' ? ['--security'] : []),
    ...(values.security === 'mtls' ? ['--mtls'] : []),
  ].join(' ')
}
