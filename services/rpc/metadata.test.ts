// Metadata of answers: what a handler sends before the first answer and after the last, for each kind of call.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import {
  credentials,
  type Metadata,
  makeGenericClientConstructor,
  Metadata as NewMetadata,
  Server,
  status,
} from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { DrainingListener } from '../draining-listener.ts'
import { addService, type CallContext, RpcStatusError, serviceDefinition } from './index.ts'

async function start(t: Test, fails: boolean) {
  const answer = (context: CallContext) => {
    const headers = new NewMetadata()
    headers.set('x-before', 'first')
    context.sendHeaders(headers)
    context.trailers.set('x-after', 'last')
    if (fails) throw new RpcStatusError(status.ABORTED, 'no')
    return { message: 'yes' }
  }
  const server = new Server()
  addService(server, EchoService, {
    unary: async (_request, context) => answer(context),
    async *serverStream(_request, context) {
      yield answer(context)
    },
  })
  const listener = new DrainingListener(server)
  t.teardown(() => listener.close(0))
  const address = await listener.listen({ host: '127.0.0.1', port: 0 })
  const Client = makeGenericClientConstructor(serviceDefinition(EchoService) as never, 'Echo')
  const client = new Client(address, credentials.createInsecure())
  t.teardown(() => client.close())
  return client as unknown as Record<'unary' | 'serverStream', (...args: unknown[]) => NodeJS.EventEmitter>
}

for (const fails of [false, true]) {
  for (const method of ['unary', 'serverStream'] as const) {
    t.test(
      `O3.2: ${method} that ${fails ? 'fails' : 'succeeds'} sends its headers and trailers`,
      async (t) => {
        const client = await start(t, fails)
        const call = method === 'unary' ? client.unary({}, () => {}) : client.serverStream({})
        call.on('error', () => {})
        call.on('data', () => {})
        const before = new Promise<Metadata>((resolve) => call.on('metadata', resolve))
        const after = new Promise<{ code: number; metadata: Metadata }>((resolve) =>
          call.on('status', resolve),
        )
        t.strictSame((await before).get('x-before'), ['first'])
        const { code, metadata } = await after
        t.equal(code, fails ? status.ABORTED : status.OK)
        t.strictSame(metadata.get('x-after'), ['last'])
      },
    )
  }
}
