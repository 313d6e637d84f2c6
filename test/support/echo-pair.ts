// An echo service with the test's handlers, and a client of it.
import { promisify } from 'node:util'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { Test } from 'tap'
import type { Implementation, OnUnexpected, RpcClient } from '../../services/rpc/index.ts'
import { addService, createClient } from '../../services/rpc/index.ts'

export type EchoHandlers = Partial<Implementation<typeof EchoService>>

/** Serves the handlers on a free port until the test ends. @returns the address */
export async function serveEcho(
  t: Pick<Test, 'teardown'>,
  handlers: EchoHandlers,
  onUnexpected?: OnUnexpected,
): Promise<string> {
  const server = new Server()
  addService(server, EchoService, handlers, onUnexpected)
  const port = await promisify(server.bindAsync.bind(server))(
    '127.0.0.1:0',
    ServerCredentials.createInsecure(),
  )
  t.teardown(() => server.forceShutdown())
  return `127.0.0.1:${port}`
}

/** The same, with a client. */
export async function echoPair(
  t: Test,
  handlers: EchoHandlers,
  onUnexpected?: OnUnexpected,
): Promise<RpcClient<typeof EchoService>> {
  const client = createClient(EchoService, await serveEcho(t, handlers, onUnexpected))
  t.teardown(() => client.close())
  return client
}

/** All items of an iterable. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
