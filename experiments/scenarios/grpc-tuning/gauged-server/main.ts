// A gRPC server as a process, with any options of grpc-js: it counts connections and calls, and can hold and delay calls.

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js'
import { echoService } from '../../../../services/echo.ts'
import { addService, type CallContext } from '../../../../services/rpc/index.ts'
import type { GaugedServerCommand, GaugedServerFlags, ServerCounts } from './commands.ts'
import { Gauge } from './gauge.ts'

const { hosts, options }: GaugedServerFlags = JSON.parse(process.argv[2] ?? '{}')
const gauge = new Gauge()
let delayMs = 0
let connections = 0
const closed: number[] = []
const cancelled: number[] = []
const open = new Set<unknown>()

const echo = echoService('gauged')
const server = new Server(options)
addService(server, EchoService, {
  unary: (request, context) => during(context, () => echo.unary(request, context)),
  clientStream: (requests, context) => during(context, () => echo.clientStream(requests, context)),
  async *serverStream(request, context) {
    const { leave } = await begin(context)
    yield* finallyLeave(echo.serverStream(request, context), leave)
  },
  async *bidirectional(requests, context) {
    const { leave } = await begin(context)
    yield* finallyLeave(echo.bidirectional(requests, context), leave)
  },
})

async function during<T>(context: CallContext, answer: () => Promise<T>): Promise<T> {
  const { leave } = await begin(context)
  try {
    return await answer()
  } finally {
    leave()
  }
}

async function* finallyLeave<T>(answers: AsyncIterable<T>, leave: () => void): AsyncGenerator<T> {
  try {
    yield* answers
  } finally {
    leave()
  }
}

/** Waits as the last reset says, and answers with metadata of the size that the call asks for. */
async function begin(context: CallContext): Promise<{ readonly leave: () => void }> {
  const { signal } = context
  const { opened, leave } = gauge.enter()
  const isOver = Promise.withResolvers<void>()
  const onAbort = () => isOver.resolve()
  signal.addEventListener('abort', onAbort)
  await Promise.race([opened, isOver.promise])
  if (!signal.aborted && delayMs > 0) await setTimeout(delayMs, undefined, { signal }).catch(() => {})
  signal.removeEventListener('abort', onAbort)
  if (signal.aborted) {
    cancelled.push(Date.now())
    leave()
    return { leave: () => {} }
  }
  const bytes = Number(context.metadata.get('x-answer-bytes')[0] ?? 0)
  if (bytes > 0) {
    const headers = new Metadata()
    headers.set('x-filler', 'X'.repeat(bytes))
    context.sendHeaders(headers)
  }
  return { leave }
}

const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
let port = 0
for (const host of hosts) {
  const listener = createServer({ noDelay: true }, (socket) => {
    connections += 1
    open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => {
      open.delete(socket)
      closed.push(Date.now())
    })
    injector.injectConnection(socket)
  })
  listener.listen({ host, port })
  await once(listener, 'listening')
  port = (listener.address() as AddressInfo).port
}

createInterface({ input: process.stdin })
  .on('line', (line) => obey(JSON.parse(line) as GaugedServerCommand))
  .on('close', () => process.exit(0))
print({ port, pid: process.pid })

function obey(command: GaugedServerCommand): void {
  if (command.reset !== undefined) {
    delayMs = command.reset.delayMs ?? 0
    gauge.reset(command.reset.latch ?? 0)
    connections = open.size
    for (const times of [closed, cancelled]) times.length = 0
  }
  const counts: ServerCounts = { ...gauge.counts(), connections, open: open.size, closed, cancelled }
  print({ counts })
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
