// Serves an issuer's key set over HTTP, as those who check tokens fetch it.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ListenAddress } from '../draining-listener.ts'
import type { TokenIssuer } from './token-issuer.ts'

export const KEY_SET_PATH = '/jwks.json'

export interface IssuerServer {
  /** `host:port` or `unix:/path`. */
  readonly address: string
  close(): Promise<void>
}

/** @param onFetch told of each request for the key set */
export async function serveKeySet(
  issuer: Pick<TokenIssuer, 'keySet'>,
  listen: ListenAddress,
  onFetch: () => void = () => {},
): Promise<IssuerServer> {
  const server = createServer(({ method, url }, response) => {
    if (method !== 'GET' || url !== KEY_SET_PATH) return void response.writeHead(404).end()
    onFetch()
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify(issuer.keySet))
  })
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
