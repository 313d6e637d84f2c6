// Login links and the sessions that they begin, in memory: a restart of the control plane ends them all.

import { createHash, randomBytes } from 'node:crypto'
import type { Caller } from './roles.ts'

/** Long enough to copy the link from a terminal to a browser. */
const LINK_MS = 5 * 60_000
/** A working day. */
const SESSION_MS = 12 * 3_600_000
/** Of a caller; the oldest makes room. A caller's loop would otherwise fill the memory. */
const MOST_LINKS = 20
const MOST_SESSIONS = 100
/** Nobody can guess 256 bits, nor 144 in five minutes; a short link fits into a line of a terminal. */
const SECRET_BYTES = 32
const CODE_BYTES = 18

/** What the cookie of a browser stands for. */
export interface Session extends Caller {
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface LinkOptions {
  /** The secret of the session that asks for the link, if it is one. */
  readonly madeIn?: string | undefined
  /** Whether the token that asks for it is still valid: the session ends with it. Default: always. */
  readonly isCurrent?: () => boolean
}

interface Link {
  readonly caller: Caller
  readonly expiresAt: number
  readonly isCurrent: () => boolean
  /** The session that made the link: it ends with it, and what it begins does not outlive it. */
  readonly parent?: { readonly key: string; readonly expiresAt: number }
}

export class Sessions {
  readonly #now: () => number
  // By digest: the memory has no code or cookie that could be used.
  readonly #links = new Map<string, Link>()
  readonly #sessions = new Map<string, Session & Pick<Link, 'isCurrent'>>()

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /**
   * Makes the code of a login link, for one use.
   * @param caller what the session stands for, until the caller's own end; whoever asks checks that the role is not above theirs
   */
  createLink(
    caller: Caller,
    { madeIn, isCurrent: given = () => true }: LinkOptions = {},
  ): { readonly code: string; readonly expiresAt: number } {
    const key = madeIn === undefined ? undefined : digest(madeIn)
    const parent = key === undefined ? undefined : this.#sessions.get(key)
    const code = createSecret(CODE_BYTES)
    const expiresAt = this.#now() + LINK_MS
    // The links of a session depend on the token of its own link.
    const link = {
      caller,
      expiresAt,
      isCurrent: parent?.isCurrent ?? given,
      ...(key !== undefined && parent && { parent: { key, expiresAt: parent.expiresAt } }),
    }
    this.#forgetExpired(this.#links)
    makeRoom(this.#links, (one) => one.caller.name === caller.name, MOST_LINKS)
    this.#links.set(digest(code), link)
    return { code, expiresAt }
  }

  /**
   * Begins a session with a secret of its own.
   * @returns undefined if the code is unknown, used or expired, or if the session or the token that made it has ended
   */
  begin(code: string): { readonly secret: string; readonly session: Session } | undefined {
    const key = digest(code)
    const link = this.#links.get(key)
    this.#links.delete(key)
    if (link === undefined || link.expiresAt <= this.#now() || !link.isCurrent()) return undefined
    const { caller, parent, isCurrent } = link
    if (parent !== undefined && !this.#sessions.has(parent.key)) return undefined
    const secret = createSecret(SECRET_BYTES)
    const { expiresAt: callerEnds = Number.POSITIVE_INFINITY } = caller
    const expiresAt = Math.min(
      this.#now() + SESSION_MS,
      parent?.expiresAt ?? Number.POSITIVE_INFINITY,
      callerEnds,
    )
    const session = { ...caller, expiresAt }
    this.#forgetExpired(this.#sessions)
    makeRoom(this.#sessions, ({ name }) => name === caller.name, MOST_SESSIONS)
    this.#sessions.set(digest(secret), { ...session, isCurrent })
    return { secret, session }
  }

  /** Undefined if the secret is unknown, or its session has ended. */
  sessionOf(secret: string): Session | undefined {
    const kept = this.#sessions.get(digest(secret))
    if (kept === undefined || kept.expiresAt <= this.#now() || !kept.isCurrent()) return undefined
    const { isCurrent: _, ...session } = kept
    return session
  }

  end(secret: string): void {
    this.#sessions.delete(digest(secret))
  }

  #forgetExpired(kept: Map<string, { readonly expiresAt: number }>): void {
    for (const [key, { expiresAt }] of kept) if (expiresAt <= this.#now()) kept.delete(key)
  }
}

/** Removes the oldest of those that count, so that one more does not exceed the limit. */
function makeRoom<Kept>(kept: Map<string, Kept>, counts: (one: Kept) => boolean, most: number): void {
  const keys = [...kept].flatMap(([key, one]) => (counts(one) ? [key] : []))
  for (const key of keys.slice(0, Math.max(0, keys.length + 1 - most))) kept.delete(key)
}

function createSecret(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

/** A look-up by digest takes the same time however much of a guess is right. */
function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64')
}
