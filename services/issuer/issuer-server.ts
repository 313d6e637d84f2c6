// Serves an issuer's key set over HTTP, as those who check tokens fetch it.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TokenIssuer } from './token-issuer.ts'

export const KEY_SET_PATH = '/jwks.json'

export interface IssuerServer {
  /** `host:port`. */
  readonly address: string
  close(): Promise<void>
}

/** @param onFetch told of each request for the key set */
export async function serveKeySet(
  issuer: Pick<TokenIssuer, 'keySet'>,
  { host, port }: { readonly host: string; readonly port: number },
  onFetch: () => void = () => {},
): Promise<IssuerServer> {
  const server = createServer(({ method, url }, response) => {
    if (method !== 'GET' || url !== KEY_SET_PATH) return void response.writeHead(404).end()
    onFetch()
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify(issuer.keySet))
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
