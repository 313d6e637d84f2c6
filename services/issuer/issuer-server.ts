// Serves an issuer over HTTP: its key set for verifiers, and tokens at a separate address.

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { SwitchyardError } from '../../core/errors.ts'
import type { ListenAddress } from '../draining-listener.ts'
import type { TokenIssuer } from './token-issuer.ts'
import { readTokenRequest } from './token-request.ts'

export const KEY_SET_PATH = '/jwks.json'
export const TOKEN_PATH = '/token'

const JSON_TYPE = 'application/json'

export interface IssuerServer {
  /** `host:port` or `unix:/path`. */
  readonly address: string
  close(): Promise<void>
}

/** @param onFetch called for each request for the key set */
export async function serveKeySet(
  issuer: Pick<TokenIssuer, 'keySet'>,
  listen: ListenAddress,
  onFetch: () => void = () => {},
): Promise<IssuerServer> {
  return serve(listen, ({ method, url }, response) => {
    if (method !== 'GET' || url !== KEY_SET_PATH) return void response.writeHead(404).end()
    onFetch()
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify(issuer.keySet))
  })
}

/** `POST /token` issues a token for any subject, without authentication. For development on loopback only. */
export async function serveTokens(issuer: TokenIssuer, listen: ListenAddress): Promise<IssuerServer> {
  return serve(listen, async (request, response) => {
    const { method, url, headers } = request
    if (method !== 'POST' || url !== TOKEN_PATH) return void response.writeHead(404).end()
    // A browser sends any other content type to loopback without a CORS preflight.
    if (headers['content-type'] !== JSON_TYPE) return void response.writeHead(415).end()
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': JSON_TYPE }).end(JSON.stringify(body))
    try {
      answer(200, { token: await issuer.sign(readTokenRequest(await json(request))) })
    } catch (thrown) {
      answer(400, { failed: SwitchyardError.from(thrown).message })
    }
  })
}

async function serve(listen: ListenAddress, answer: RequestListener): Promise<IssuerServer> {
  const server = createServer(answer)
  server.listen(listen)
  await once(server, 'listening')
  return {
    address: 'path' in listen ? `unix:${listen.path}` : addressOf(server.address() as AddressInfo),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function addressOf({ address, family, port }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`
}
