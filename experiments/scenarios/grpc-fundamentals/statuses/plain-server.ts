// A server made with grpc-js alone, without our adapter: what the library itself does with exceptions, broken bytes and large messages.

import { promisify } from 'node:util'
import { Server, ServerCredentials } from '@grpc/grpc-js'

export const PLAIN_SERVICE = 'plain.Plain'

export interface PlainServer {
  readonly address: string
  readonly close: () => Promise<void>
}

/** What the handler answers for one that expects an EchoResponse: field 1 of 127 bytes, which do not follow. */
const BROKEN = Buffer.from([0x0a, 0x7f, 0x01])

const asIs = (bytes: Buffer) => bytes
const method = (name: string) => ({
  path: `/${PLAIN_SERVICE}/${name}`,
  requestStream: false as const,
  responseStream: false as const,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
})

/** Methods `Throws`, `Broken` (an answer that is no message of any kind) and `Swallow` (an empty answer). */
export async function startPlainServer(): Promise<PlainServer> {
  const server = new Server()
  server.addService(
    { throws: method('Throws'), broken: method('Broken'), swallow: method('Swallow') },
    {
      throws: () => {
        throw new Error('a bug in the handler')
      },
      broken: (_: unknown, respond: (error: null, answer: Buffer) => void) => respond(null, BROKEN),
      swallow: (_: unknown, respond: (error: null, answer: Buffer) => void) => respond(null, Buffer.alloc(0)),
    },
  )
  const port = await promisify(server.bindAsync.bind(server))(
    '127.0.0.1:0',
    ServerCredentials.createInsecure(),
  )
  return { address: `127.0.0.1:${port}`, close: async () => server.forceShutdown() }
}
