// Schemathesis, a Python program: it makes requests of an API document and checks that the answers are as documented.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** Versions differ in what they check. */
export const SCHEMATHESIS_VERSION = '4.32.5'

const FOLDER = `.tools/schemathesis-${SCHEMATHESIS_VERSION}`
export const INSTALL_SCHEMATHESIS = `python3 -m pip install --target ${FOLDER} schemathesis==${SCHEMATHESIS_VERSION}`

const root = fileURLToPath(new URL('../..', import.meta.url))
const CONFIG = fileURLToPath(new URL('schemathesis.toml', import.meta.url))
const WITHOUT_DOCUMENTS = `
[[operations]]
include-operation-id = ["putConfig", "patchConfig"]
phases.coverage.enabled = false
`
const MODULE = ['-m', 'schemathesis.cli']

/** Python finds the copy of the checkout first, then the one of the system. */
function pythonEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PYTHONPATH = '' } = env
  return { ...env, PYTHONPATH: [`${root}${FOLDER}`, PYTHONPATH].filter(Boolean).join(delimiter) }
}

/** The version that Python finds; undefined if it finds none. */
export function schemathesisVersion(env: NodeJS.ProcessEnv): string | undefined {
  const { stdout } = spawnSync('python3', [...MODULE, '--version'], { env: pythonEnv(env), encoding: 'utf8' })
  return /version (\S+)$/m.exec(stdout ?? '')?.[1]
}

export interface SchemathesisRun {
  readonly code: number | null
  /** What it printed: each failure with a curl command that repeats it, and a summary. */
  readonly output: string
}

/** Tests the API document at a URL. The run repeats itself exactly, unless a seed is given. */
export async function runSchemathesis(options: {
  readonly url: string
  /** The number of random requests for each operation, at most. */
  readonly examples: number
  /** Whether to make a request for each keyword of the schema of documents too. They are thousands. */
  readonly coversDocuments: boolean
  /** An empty folder for its files. */
  readonly folder: string
  readonly seed?: number
  /** Ends the program. */
  readonly signal: AbortSignal
}): Promise<SchemathesisRun> {
  const { url, examples, coversDocuments, folder, seed, signal } = options
  const config = join(folder, 'schemathesis.toml')
  await writeFile(config, `${await readFile(CONFIG, 'utf8')}${coversDocuments ? '' : WITHOUT_DOCUMENTS}`)
  const flags = ['--max-examples', String(examples), '--no-color']
  const random = seed === undefined ? ['--generation-deterministic'] : ['--seed', String(seed)]
  const child = spawn('python3', [...MODULE, '--config-file', config, 'run', url, ...flags, ...random], {
    cwd: folder,
    env: pythonEnv(process.env),
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, output: stdout + stderr }
}
