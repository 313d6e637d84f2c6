// The issuer of tokens of the testbed, as a process of its own, and how tokens are had of it.

import { join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import { TOKEN_PATH } from '../services/issuer/issuer-server.ts'
import type { TokenOptions } from '../services/issuer/token-issuer.ts'
import { parseReady, sourceFile } from './part.ts'

/** The `iss` of its tokens. */
export const ISSUER = 'https://issuer.local'

export interface IssuerAddresses {
  /** Where its key set is, `HOST:PORT`. */
  readonly address: string
  /** Where tokens are had, `HOST:PORT`. */
  readonly tokens: string
}

/** @throws SwitchyardError `process-failed` with the end of its log, where it does not come up */
export async function startIssuer(
  group: ProcessGroup,
  folder: string,
  listen: string,
): Promise<IssuerAddresses> {
  const started = group.start({
    name: 'issuer',
    command: process.execPath,
    args: [
      sourceFile('services/issuer/issuer.ts'),
      ...['--issuer', ISSUER, '--listen', listen, '--tokens', '127.0.0.1:0'],
    ],
    logFile: join(folder, 'issuer.log'),
    ready: (line) => parseReady<IssuerAddresses>(line, 'tokens'),
  })
  const { address, tokens } = await started.ready
  return { address, tokens }
}

/**
 * @param address where tokens are had
 * @throws SwitchyardError `unreachable` where nobody answers there, `invalid-argument` with the reason where none is given
 */
export async function fetchToken(address: string, options: TokenOptions): Promise<string> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(options),
  }
  const response = await fetch(`http://${address}${TOKEN_PATH}`, request).catch((cause: unknown) => {
    throw new SwitchyardError('unreachable', `no issuer answers at ${address}`, { cause })
  })
  const { token, failed } = (await response.json()) as { readonly token?: string; readonly failed?: string }
  if (token !== undefined) return token
  throw new SwitchyardError('invalid-argument', failed ?? `the issuer answered ${response.status}`)
}
