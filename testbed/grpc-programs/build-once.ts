// Builds a program into `.tools/programs/`, unless the same sources are built there already.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { sourceFile } from '../part.ts'
import { fillOnce } from './fill-once.ts'

/** As deep in the tree as the programs' own folders, so their paths to `proto/` hold in a copy too. */
const BUILDS = sourceFile('.tools/programs')

/** What a reader who builds in place leaves in the folders. */
const GENERATED = new Set(['echopb', 'target'])

export interface Build {
  /** Such as `go-client`. Builds with the same first word run one after the other, because they share a cache. */
  readonly name: string
  /** Its sources, as a path from the root. */
  readonly folder: string
  /** Run in a copy of the folder, one after the other. */
  readonly commands: readonly (readonly [command: string, ...args: string[]])[]
}

/**
 * Returns the folder of the build: the sources, and what the commands made of them.
 * @throws SwitchyardError `process-failed` with the output of a command
 */
export function buildOnce({ name, folder, commands }: Build): string {
  const source = sourceFile(folder)
  const built = join(BUILDS, `${name}-${fingerprint(commands, source, sourceFile('proto/switchyard/echo'))}`)
  return fillOnce(built, (fresh) => {
    for (const file of sourcesIn(source)) cpSync(join(source, file), join(fresh, file))
    const [cache = ''] = name.split('-')
    for (const command of commands) runLocked(cache, command, fresh)
  })
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .filter((file) => !GENERATED.has(file.split('/')[0] ?? ''))
    .sort()
}

function fingerprint(commands: Build['commands'], ...folders: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(commands))
  for (const folder of folders) {
    for (const file of sourcesIn(folder)) hash.update(file).update(readFileSync(join(folder, file)))
  }
  return hash.digest('hex').slice(0, 12)
}

/**
 * The commands of one cache run one at a time on the machine: Maven's cache breaks otherwise, and Go would compile twice.
 * @param cache such as `go`
 * @throws SwitchyardError `process-failed` with the output of the command
 */
export function runLocked(cache: string, command: readonly string[], cwd: string): void {
  mkdirSync(BUILDS, { recursive: true })
  const lock = join(BUILDS, `${cache}.lock`)
  const path = [sourceFile('node_modules/.bin'), process.env.PATH].join(delimiter)
  // tap's modules would be loaded into buf, which is a program of Node.
  const env = { ...process.env, PATH: path, NODE_OPTIONS: '' }
  const program = hasFlock() ? ['flock', lock, ...command] : command
  const [file = '', ...args] = program
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, env, encoding: 'utf8' })
  if (status === 0) return
  const output = error?.message ?? `${stdout}${stderr}`
  throw new SwitchyardError('process-failed', `"${command.join(' ')}" failed:\n${output}`)
}

/** Part of util-linux. Elsewhere, builds at the same time are the user's own risk. */
function hasFlock(): boolean {
  return spawnSync('flock', ['--version']).status === 0
}
