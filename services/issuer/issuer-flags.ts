// Reads an issuer's flags.

import type { Problem } from '../../core/errors.ts'
import { isLoopback } from '../../core/loopback.ts'
import type { ListenAddress } from '../draining-listener.ts'
import { invalidFlags, parseFlags } from '../flags.ts'
import { readListen } from '../listen-flag.ts'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from './token-issuer.ts'

const FLAGS = {
  issuer: { type: 'string' },
  listen: { type: 'string', default: '127.0.0.1:0' },
  algorithm: { type: 'string', default: 'ES256' },
  tokens: { type: 'string' },
  host: { type: 'string', multiple: true },
} as const

export interface IssuerFlags {
  /** The `iss` of its tokens. */
  readonly issuer: string
  readonly listen: ListenAddress
  /** The algorithm of the first key. */
  readonly algorithm: SigningAlgorithm
  /** The address at which `POST /token` issues tokens without authentication. Default: none. */
  readonly tokens?: ListenAddress
  /** Host names of verifiers' requests for the key set. Default: none. */
  readonly hosts?: readonly string[]
}

/** Throws `invalid-argument` with all problems. */
export function parseIssuerFlags(args: readonly string[]): IssuerFlags {
  const { issuer = '', listen, algorithm, tokens, host: hosts } = parseFlags(args, FLAGS)
  const problems: Problem[] = []
  if (issuer === '') {
    problems.push({
      path: '--issuer',
      message: 'is missing; give the iss of its tokens, such as https://issuer.local',
    })
  }
  if (!isAlgorithm(algorithm)) {
    const message = `"${algorithm}" is not a signing algorithm; use one of ${SIGNING_ALGORITHMS.join(', ')}`
    problems.push({ path: '--algorithm', message })
  }
  const address = readListen(listen, problems)
  const tokensAddress = tokens === undefined ? undefined : readListen(tokens, problems, '--tokens')
  if (tokensAddress && 'host' in tokensAddress && !isLoopback(tokensAddress.host)) {
    const message = `"${tokens}" is not a loopback address; everybody who reaches it can get a token for any subject`
    problems.push({ path: '--tokens', message })
  }
  if (problems.length > 0 || !isAlgorithm(algorithm)) {
    throw invalidFlags(problems)
  }
  return {
    issuer,
    listen: address,
    algorithm,
    ...(hosts && { hosts }),
    ...(tokensAddress && { tokens: tokensAddress }),
  }
}

export function isAlgorithm(text: unknown): text is SigningAlgorithm {
  return (SIGNING_ALGORITHMS as readonly unknown[]).includes(text)
}
