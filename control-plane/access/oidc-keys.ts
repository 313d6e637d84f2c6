// The keys of an OpenID Connect issuer: found by discovery, cached, and fetched so rarely that no caller can make many requests.

import { createRemoteJWKSet, customFetch, type FlattenedJWSInput, type JWTHeaderParameters } from 'jose'
import { isMap } from '../../core/plain-map.ts'
import { isSafeUrl } from './oidc-settings.ts'

/** A key that was retired is accepted for as long. */
const CACHE_MS = 10 * 60_000
/** Tokens with an unknown key cause a fetch this often at most. */
const COOLDOWN_MS = 30_000
/** After a failure, no other attempt is made for as long. */
const PAUSE_MS = 5_000
const TIMEOUT_MS = 5_000
const MAX_BYTES = 256 * 1024

export interface KeySource {
  readonly issuer: string
  readonly jwksUrl?: string
}

type Answer = Readonly<Record<string, unknown>>
type Keys = ReturnType<typeof createRemoteJWKSet>

export class OidcKeys {
  readonly #source: KeySource
  readonly #pause: number
  #keys: Promise<Keys> | undefined
  #failure: { readonly at: number; readonly error: unknown } | undefined

  /** @param pauseMs for how long a failure is repeated without another attempt */
  constructor(source: KeySource, pauseMs = PAUSE_MS) {
    this.#source = source
    this.#pause = pauseMs
  }

  /** The key of a token. @throws JOSEError if the issuer has no such key; others if its keys cannot be read */
  async find(header?: JWTHeaderParameters, token?: FlattenedJWSInput) {
    this.#keys ??= this.#discover()
    const keys = this.#keys
    try {
      return await (await keys)(header, token)
    } catch (error) {
      // Discovery is repeated; a key set repeats its own fetch.
      if (await hasFailed(keys)) this.#keys = undefined
      throw error
    }
  }

  async #discover(): Promise<Keys> {
    const { issuer, jwksUrl } = this.#source
    const url = jwksUrl ?? (await this.#discoverUrl(issuer))
    return createRemoteJWKSet(new URL(url), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: CACHE_MS,
      [customFetch]: async (target, { signal }) => {
        const isList = ({ keys }: Answer) => Array.isArray(keys) && keys.every(isMap)
        return Response.json(
          await this.#fetch(target, signal, (answer) => (isList(answer) ? undefined : 'has no list of keys')),
        )
      },
    })
  }

  /** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig */
  async #discoverUrl(issuer: string): Promise<string> {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const { jwks_uri } = await this.#fetch(
      url,
      AbortSignal.timeout(TIMEOUT_MS),
      ({ issuer: named, jwks_uri: keys }) => {
        if (named !== issuer) return `is about the issuer ${JSON.stringify(named)} and not ${issuer}`
        return typeof keys === 'string' && isSafeUrl(keys)
          ? undefined
          : 'has no jwks_uri with https (or http on loopback)'
      },
    )
    return String(jwks_uri)
  }

  /**
   * The whole answer, so that everything about it is over in time.
   * @param check what is wrong with the answer; undefined if nothing is
   */
  async #fetch(
    url: string,
    signal: AbortSignal,
    check: (answer: Answer) => string | undefined,
  ): Promise<Answer> {
    if (this.#failure !== undefined && performance.now() - this.#failure.at < this.#pause)
      throw this.#failure.error
    try {
      const response = await fetch(url, {
        signal,
        redirect: 'error',
        headers: { accept: 'application/json' },
      })
      if (response.status !== 200) throw new Error(`answered ${response.status}`)
      const answer: unknown = JSON.parse(await readBounded(response))
      const problem = isMap(answer) ? check(answer) : 'answered no JSON object'
      if (problem !== undefined) throw new Error(problem)
      this.#failure = undefined
      return answer as Answer
    } catch (cause) {
      const error = new Error(`${url} ${cause instanceof Error ? describe(cause) : String(cause)}`, { cause })
      this.#failure = { at: performance.now(), error }
      throw error
    }
  }
}

async function hasFailed(promise: Promise<unknown>): Promise<boolean> {
  return await promise.then(
    () => false,
    () => true,
  )
}

async function readBounded({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`answered more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** `fetch` says "fetch failed", and its cause says why. */
function describe({ message, cause }: Error): string {
  return cause instanceof Error && cause.message !== '' ? `does not answer: ${cause.message}` : message
}
