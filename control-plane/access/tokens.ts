// The bearer tokens of REST, in a file that only its owner can read. REST makes and revokes tokens, effective at once.

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { ownValue } from '../../core/plain-map.ts'
import { replaceFile } from '../../core/replace-file.ts'
import { SerialQueue } from '../../core/serial-queue.ts'
import type { Caller, Role } from './roles.ts'
import { problemOfName, problemsOfEntries, type TokenEntries, type TokenEntry } from './token-entries.ts'

/** The tokens of the first start, one for each role that a person at the host needs. */
const FIRST: readonly Role[] = ['admin', 'operator', 'viewer']
const TOKEN_BYTES = 32
/** A loop that makes tokens would otherwise fill the disk. */
const MOST_TOKENS = 1_000
const OTHERS = 0o077

/** A token without the token. */
export interface TokenInfo
  extends Pick<TokenEntry, 'role' | 'fleets' | 'expiresAt' | 'createdAt' | 'createdBy'> {
  readonly name: string
  readonly isExpired: boolean
}

export interface NewToken {
  readonly name: string
  readonly role: Role
  readonly fleets?: readonly string[]
  readonly lifetimeMs: number
  /** The name of the caller that asks for it. */
  readonly createdBy: string
}

interface TokensOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export class Tokens {
  readonly #file: string
  readonly #now: () => number
  readonly #queue = new SerialQueue()
  #entries: TokenEntries
  /** By digest: a look-up takes the same time however much of a guessed token is right. */
  #callers: ReadonlyMap<string, Caller>

  private constructor(file: string, entries: TokenEntries, now: () => number) {
    this.#file = file
    this.#now = now
    this.#entries = entries
    this.#callers = callersIn(entries)
  }

  /**
   * Reads the tokens of a file, such as `{"NAME":{"role":"viewer","token":"…"}}`. Creates a missing file with mode 0600 and the
   * tokens `admin`, `operator` and `viewer`.
   * @throws SwitchyardError `state-unusable` with all problems, such as a file that other users can read
   */
  static async open(file: string, { now = Date.now }: TokensOptions = {}): Promise<Tokens> {
    await createMissing(file)
    return new Tokens(file, await readEntries(file), now)
  }

  /** The owner of a token; undefined if it is unknown, revoked or expired. */
  callerOf(token: string): Caller | undefined {
    const caller = this.#callers.get(digest(token))
    return caller === undefined || this.#hasEnded(caller) ? undefined : caller
  }

  /** All tokens, expired ones included, by name. */
  list(): readonly TokenInfo[] {
    return Object.entries(this.#entries)
      .map(([name, entry]) => this.#infoOf(name, entry))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  }

  /**
   * Makes a token. The file has only its digest, so this is the one time that the token is readable. It is valid when this
   * resolves, and the disk has it. Replaces an expired token of the same name.
   * @throws SwitchyardError `already-exists`, `limit-reached`, `invalid-argument` for the name, `state-unusable` for the file
   */
  async create(wanted: NewToken): Promise<{ readonly token: string; readonly info: TokenInfo }> {
    const { name, role, fleets, lifetimeMs, createdBy } = wanted
    const problem = problemOfName(name)
    if (problem !== undefined) throw new SwitchyardError('invalid-argument', `the name "${name}" ${problem}`)
    const token = createToken()
    const now = this.#now()
    const entry: TokenEntry = {
      role,
      sha256: digest(token),
      ...(fleets && { fleets }),
      createdAt: new Date(now).toISOString(),
      createdBy,
      expiresAt: new Date(now + lifetimeMs).toISOString(),
    }
    await this.#change((entries) => {
      const before = ownValue(entries, name)
      if (before !== undefined && !this.#infoOf(name, before).isExpired) {
        throw new SwitchyardError(
          'already-exists',
          `there is a token "${name}" already: choose another name, or revoke it first`,
        )
      }
      if (before === undefined && Object.keys(entries).length >= MOST_TOKENS) {
        throw new SwitchyardError(
          'limit-reached',
          `there are ${MOST_TOKENS} tokens: revoke some that are not used`,
        )
      }
      return { ...entries, [name]: entry }
    })
    return { token, info: this.#infoOf(name, entry) }
  }

  /**
   * Removes a token. It is invalid when this resolves, and stays so after a restart.
   * @throws SwitchyardError `not-found`, `forbidden` for the last admin, `state-unusable` for the file
   */
  async revoke(name: string): Promise<void> {
    await this.#change((entries) => {
      if (ownValue(entries, name) === undefined) {
        throw new SwitchyardError('not-found', `there is no token "${name}": "yard token list" shows all`)
      }
      const { [name]: revoked, ...rest } = entries
      if (revoked?.role === 'admin' && !this.#hasAdmin(rest)) {
        throw new SwitchyardError(
          'forbidden',
          `"${name}" is the last token with the role admin, and nobody could make tokens without it: create another one first`,
        )
      }
      return rest
    })
  }

  #hasAdmin(entries: TokenEntries): boolean {
    return Object.entries(entries).some(
      ([name, entry]) => entry.role === 'admin' && !this.#infoOf(name, entry).isExpired,
    )
  }

  /** The file is read again: somebody may have edited it since. */
  async #change(edit: (entries: TokenEntries) => TokenEntries): Promise<void> {
    await this.#queue.take(async () => {
      const entries = edit(await readEntries(this.#file))
      await replaceFile(this.#file, `${JSON.stringify(entries, undefined, 2)}\n`, { durable: true })
      this.#entries = entries
      this.#callers = callersIn(entries)
    })
  }

  #hasEnded({ expiresAt }: Caller): boolean {
    return expiresAt !== undefined && expiresAt <= this.#now()
  }

  #infoOf(name: string, { token: _, sha256: __, ...shown }: TokenEntry): TokenInfo {
    return { name, ...shown, isExpired: this.#hasEnded(toCaller(name, shown)) }
  }
}

async function createMissing(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const made = Object.fromEntries(FIRST.map((role) => [role, { role, token: createToken() }]))
    await writeFile(file, `${JSON.stringify(made, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return
    throw unusable(file, `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/** @throws SwitchyardError `state-unusable` */
async function readEntries(file: string): Promise<TokenEntries> {
  const entries = parse(file, await readOwn(file))
  const problems = [...problemsOfEntries(entries)]
  if (problems.length > 0) throw unusable(file, 'has invalid tokens:', { problems })
  return entries
}

async function readOwn(file: string): Promise<string> {
  try {
    const { mode } = await stat(file)
    if ((mode & OTHERS) !== 0) throw new Error(`other users can read it: run chmod 600 ${file}`)
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw unusable(file, `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

function parse(file: string, text: string): TokenEntries {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unusable(file, `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function callersIn(entries: TokenEntries): ReadonlyMap<string, Caller> {
  return new Map(
    Object.entries(entries).map(([name, entry]) => [
      entry.sha256 ?? digest(entry.token ?? ''),
      toCaller(name, entry),
    ]),
  )
}

function toCaller(name: string, { role, fleets, expiresAt }: Omit<TokenEntry, 'token' | 'sha256'>): Caller {
  return {
    name,
    role,
    ...(fleets && { fleets }),
    ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
  }
}

function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function unusable(file: string, what: string, options: { cause?: unknown; problems?: Problem[] }) {
  return new SwitchyardError('state-unusable', `${file} ${what}`, options)
}
