// Who may do what over REST: bearer tokens by name, in a file that only its owner can read.

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Problem, SwitchyardError } from '../../core/errors.ts'

/** A viewer reads, an operator writes too. */
export const ROLES = ['viewer', 'operator'] as const
export type Role = (typeof ROLES)[number]

export interface Caller {
  /** The token's name. Writes with this token have it as their author. */
  readonly name: string
  readonly role: Role
}

export interface Tokens {
  /** Whose token it is, if anybody's. */
  readonly callerOf: (token: string) => Caller | undefined
}

/** So long that nobody guesses one: what `openTokens` makes has 43 characters. */
const SHORTEST = 32
const TOKEN_BYTES = 32
/** Authors that are no callers. */
const RESERVED = ['file', 'rest', 'system']
const OTHERS = 0o077

/**
 * The tokens of a file, `{"NAME":{"role":"viewer","token":"…"}}`; a missing file is created, with an operator and a
 * viewer of these names, and mode 0600.
 * @throws SwitchyardError `state-unusable` with all that is wrong with it, others being able to read it too
 */
export async function openTokens(file: string): Promise<Tokens> {
  const text = await readOrCreate(file)
  const entries = Object.entries(parse(file, text))
  const problems = entries.flatMap(([name, entry]) => problemsOf(name, entry))
  if (problems.length > 0) throw unusable(file, 'holds tokens that cannot be used:', { problems })
  // A look-up by digest takes no longer the more of a token is right.
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
    if ((mode & OTHERS) !== 0) throw new Error(`others than its owner can read it: chmod 600 ${file}`)
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
  if (RESERVED.includes(path)) problems.push({ path, message: 'is no name for a token: choose another' })
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
