// A token that is renewed before it expires. Callers share it, and only the first one waits for it.

/** A bearer token, and when it expires in milliseconds since the epoch. */
export interface Token {
  readonly value: string
  readonly expiresAt: number
}

export interface TokenSource {
  /** The token to send now. Rejects if there is no valid token and a new one cannot be fetched. */
  get(): Promise<string>
  /** Reports that a server rejected `value`, so that it is not sent again. */
  discard(value: string): void
}

export interface TokenSourceOptions {
  /** How long before it expires a token is renewed, in milliseconds; 30,000 by default. */
  readonly renewAheadMs?: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/**
 * While a valid token is renewed, calls keep using it, and the next call retries a renewal that failed. A call waits only
 * if there is no valid token.
 */
export class RenewedToken implements TokenSource {
  readonly #fetch: () => Promise<Token>
  readonly #renewAheadMs: number
  readonly #now: () => number
  #token: Token | undefined
  #fetching: Promise<Token> | undefined

  /** @param fetch gets a new token, by whatever grant the issuer offers */
  constructor(
    fetch: () => Promise<Token>,
    { renewAheadMs = 30_000, now = Date.now }: TokenSourceOptions = {},
  ) {
    this.#fetch = fetch
    this.#renewAheadMs = renewAheadMs
    this.#now = now
  }

  async get(): Promise<string> {
    const left = (this.#token?.expiresAt ?? 0) - this.#now()
    if (this.#token === undefined || left <= 0) return (await this.#renew()).value
    // A failure does not matter yet: the current token is still valid.
    if (left <= this.#renewAheadMs) this.#renew().catch(() => {})
    return this.#token.value
  }

  discard(value: string): void {
    if (this.#token?.value === value) this.#token = undefined
  }

  #renew(): Promise<Token> {
    this.#fetching ??= this.#fetch()
      .then((token) => {
        this.#token = token
        return token
      })
      .finally(() => {
        this.#fetching = undefined
      })
    return this.#fetching
  }
}
