// Starts the testbed's token issuer as a process, and fetches tokens from it.

import { join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import { TOKEN_PATH } from '../services/issuer/issuer-server.ts'
import type { TokenOptions } from '../services/issuer/token-issuer.ts'
import { parseReady, partOf, sourceFile } from './part.ts'
import { keepPart, type PartContext, type PartProcess } from './parts.ts'

/** The `iss` of its tokens. */
export const ISSUER = 'https://issuer.local'

export interface IssuerAddresses {
  /** Address of its JSON Web Key Set, `HOST:PORT`. */
  readonly address: string
  /** Address of its token endpoint, `HOST:PORT`. */
  readonly tokens: string
}

/**
 * Starts an issuer, and restarts it on its addresses whenever it ends. A restart creates new keys: earlier tokens become invalid.
 * @throws SwitchyardError `process-failed` with the end of its log, if it does not start
 */
export async function keepIssuer(context: PartContext, listen: string): Promise<IssuerAddresses> {
  const first = { address: listen, tokens: '127.0.0.1:0' }
  const kept = await keepPart(context, { id: 'issuer', title: 'issuer' }, (before: IssuerAddresses = first) =>
    startIssuer(context.group, context.folder, before),
  )
  const { address, tokens } = kept.current
  return { address, tokens }
}

async function startIssuer(
  group: ProcessGroup,
  folder: string,
  { address: listen, tokens: listenForTokens }: IssuerAddresses,
): Promise<IssuerAddresses & PartProcess> {
  const started = group.start({
    name: 'issuer',
    command: process.execPath,
    args: [
      sourceFile('services/issuer/issuer.ts'),
      ...['--issuer', ISSUER, '--listen', listen, '--tokens', listenForTokens],
    ],
    logFile: join(folder, 'issuer.log'),
    ready: (line) => parseReady<IssuerAddresses>(line, 'tokens'),
  })
  const { address, tokens } = await started.ready
  return partOf(started, { address, tokens })
}

/**
 * @param address of the token endpoint
 * @throws SwitchyardError `unreachable` if nothing answers there, `invalid-argument` with the reason if it issues no token
 */
export async function fetchToken(address: string, options: TokenOptions): Promise<string> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(options),
  }
  const response = await fetch(`http://${address}${TOKEN_PATH}`, request).catch((cause: unknown) => {
    throw new SwitchyardError(
      'unreachable',
      `no token issuer answers at ${address}: check that "yard up --security" is running`,
      { cause },
    )
  })
  const { token, failed } = (await response.json()) as { readonly token?: string; readonly failed?: string }
  if (token !== undefined) return token
  throw new SwitchyardError('invalid-argument', failed ?? `the issuer answered ${response.status}`)
}
