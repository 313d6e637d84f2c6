// Events of messages on the spans of clients and handlers, of each kind of call.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import t, { type Test } from 'tap'
import { collect, serveEcho } from '../../test/support/echo-pair.ts'
import { echoService } from '../echo.ts'
import { createClient, type Implementation } from '../rpc/index.ts'
import { messageEvents, withMessageEvents } from './message-events.ts'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()
t.teardown(() => provider.shutdown())

/** The events of a span around `act`, such as `SENT 1`. */
async function eventsOf(act: () => Promise<unknown>): Promise<readonly string[]> {
  exporter.reset()
  await trace.getTracer('test').startActiveSpan('call', async (span) => {
    await act()
    span.end()
  })
  const [span] = exporter.getFinishedSpans()
  return (span?.events ?? []).map(
    ({ attributes }) => `${attributes?.['message.type']} ${attributes?.['message.id']}`,
  )
}

const TWO = [{ message: 'a' }, { message: 'b' }]
const ONE_EACH = ['RECEIVED 1', 'SENT 1']

async function connect(t: Test, interceptors = [messageEvents]) {
  const client = createClient(EchoService, await serveEcho(t, echoService('b1')), {
    options: { interceptors },
  })
  t.teardown(() => client.close())
  return client
}

t.test('O5.7: a client notes each message that it sends and receives', async (t) => {
  const client = await connect(t)
  const sorted = async (act: () => Promise<unknown>) => (await eventsOf(act)).toSorted()
  t.same(await sorted(() => client.unary({})), ONE_EACH)
  t.same(await sorted(() => collect(client.serverStream({ count: 2 }))), [
    'RECEIVED 1',
    'RECEIVED 2',
    'SENT 1',
  ])
  t.same(await sorted(() => client.clientStream(TWO)), ['RECEIVED 1', 'SENT 1', 'SENT 2'])
  const chat = await sorted(() => collect(client.bidirectional(TWO)))
  t.same(chat, ['RECEIVED 1', 'RECEIVED 2', 'SENT 1', 'SENT 2'])
  t.same((await client.unary({ message: 'x' })).message, 'x', 'without a span')
  const silent = await connect(t, [])
  t.same(await sorted(() => silent.unary({})), [], 'twin: without the interceptor')
})

t.test('O5.7: a handler notes each message that it receives and sends', async (t) => {
  const noted: Implementation<typeof EchoService> = withMessageEvents<typeof EchoService>({
    unary: async () => ({}),
    async *serverStream() {
      yield* TWO
    },
    async clientStream(requests) {
      for await (const _ of requests);
      return {}
    },
    async *bidirectional(requests) {
      for await (const { message } of requests) yield { message }
    },
  })
  const two = async function* () {
    yield* TWO
  }
  const call = (name: keyof typeof noted, input: unknown) =>
    (noted[name] as (input: unknown, context: unknown) => Promise<object> | AsyncIterable<object>)(input, {})
  t.same(await eventsOf(async () => call('unary', {})), ONE_EACH)
  const answers = (name: keyof typeof noted, input: unknown) => async () =>
    collect(call(name, input) as AsyncIterable<object>)
  t.same(await eventsOf(answers('serverStream', {})), ['RECEIVED 1', 'SENT 1', 'SENT 2'])
  t.same(await eventsOf(async () => call('clientStream', two())), ['RECEIVED 1', 'RECEIVED 2', 'SENT 1'])
  t.same(await eventsOf(answers('bidirectional', two())), ['RECEIVED 1', 'SENT 1', 'RECEIVED 2', 'SENT 2'])
  t.same(await answers('serverStream', {})(), TWO, 'without a span')
})
