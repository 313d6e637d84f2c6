// The bearer tokens of REST and their roles, in a file that only its owner can read.

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Problem, SwitchyardError } from '../../core/errors.ts'

/** A viewer may read; an operator may read and write. */
export const ROLES = ['viewer', 'operator'] as const
export type Role = (typeof ROLES)[number]

export interface Caller {
  /** The token's name. Writes with this token have it as their author. */
  readonly name: string
  readonly role: Role
}

export interface Tokens {
  /** The owner of a token; undefined for an unknown token. */
  readonly callerOf: (token: string) => Caller | undefined
}

/** Long enough that nobody can guess one. Tokens that `openTokens` creates have 43 characters. */
const SHORTEST = 32
const TOKEN_BYTES = 32
/** Authors of revisions that are not callers, so a token cannot have their names. */
const RESERVED = ['file', 'rest', 'system']
const OTHERS = 0o077

/**
 * Reads the tokens of a file, `{"NAME":{"role":"viewer","token":"…"}}`. Creates a missing file with mode 0600 and two tokens,
 * `viewer` and `operator`.
 * @throws SwitchyardError `state-unusable` with all problems, such as a file that other users can read
 */
export async function openTokens(file: string): Promise<Tokens> {
  const text = await readOrCreate(file)
  const entries = Object.entries(parse(file, text))
  const problems = entries.flatMap(([name, entry]) => problemsOf(name, entry))
  if (problems.length > 0) throw unusable(file, 'has invalid tokens:', { problems })
  // A look-up by digest takes the same time however much of a guessed token is right.
  const callers = new Map(entries.map(([name, { role, token }]) => [digest(token), { name, role }]))
  return { callerOf: (token) => callers.get(digest(token)) }
}

interface Entry {
  readonly role: Role
  readonly token: string
}

async function readOrCreate(file: string): Promise<string> {
  try {
    await mkdir(dirname(file), { recursive: true })
    const made = Object.fromEntries(ROLES.map((role) => [role, { role, token: createToken() }]))
    await writeFile(file, `${JSON.stringify(made, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 }).catch(
      (error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      },
    )
    const { mode } = await stat(file)
    if ((mode & OTHERS) !== 0) throw new Error(`other users can read it: run chmod 600 ${file}`)
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw unusable(file, `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

function parse(file: string, text: string): Record<string, Entry> {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unusable(file, `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function problemsOf(path: string, entry: Partial<Entry> | null): Problem[] {
  const { role, token } = entry ?? {}
  const problems: Problem[] = []
  if (RESERVED.includes(path)) problems.push({ path, message: 'is a reserved name: choose another' })
  if (!ROLES.some((one) => one === role)) {
    problems.push({ path: `${path}.role`, message: `must be one of ${ROLES.join(', ')}` })
  }
  if (typeof token !== 'string' || !/^[\w.~+/=-]+$/.test(token) || token.length < SHORTEST) {
    const message = `must be at least ${SHORTEST} letters, digits or -._~+/=, such as openssl rand -hex 32 gives`
    problems.push({ path: `${path}.token`, message })
  }
  return problems
}

function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}

function unusable(file: string, what: string, options: { cause?: unknown; problems?: Problem[] }) {
  return new SwitchyardError('state-unusable', `${file} ${what}`, options)
}
