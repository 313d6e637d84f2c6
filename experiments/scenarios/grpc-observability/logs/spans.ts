// From a line of a log to the span that it was written in, and back.

import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { holdsText } from '../metrics/figures.ts'
import { logsBed, PLAIN_SERVICE, PROXY_SERVICE } from './logs-bed.ts'

/** Gets a key that is missing, in a trace that is kept, and compares the lines of the server with its span. */
export async function measureSpans(context: RunContext): Promise<Measured> {
  const bed = await logsBed(context)
  const mark = bed.mark({ isKept: true })
  const client = bed.client(KeyValueService, 'plain')
  await client.get({ key: 'no-such-key' }, { metadata: mark.metadata }).catch(() => {})
  client.close()
  const { server } = await bed.linesOf([mark], { client: 1, proxy: 1, server: 1 }, context.signal)
  const isOf = (service: string) => (span: { readonly traceId: string; readonly service: string }) =>
    span.traceId === mark.traceId && span.service === service
  const spans = await bed.collector.until(
    (all) => all.some(isOf(PLAIN_SERVICE)) && all.some(isOf(PROXY_SERVICE)),
  )
  const own = spans.find(isOf(PLAIN_SERVICE))
  const proxies = spans.filter(isOf(PROXY_SERVICE))
  const holds = {
    'the line of the call has the span of the server': server.some(
      ({ event, spanId }) => event === 'call' && spanId === own?.spanId,
    ),
    'so have the lines of its messages':
      server.filter(({ spanId }) => spanId === own?.spanId).length === server.length,
    'that span has failed, as the line says':
      own?.status === 'error' && server.some(({ grpcStatus }) => grpcStatus === 'NOT_FOUND'),
    'above it is a span of Envoy': proxies.some(({ spanId }) => spanId === own?.parentId),
  }
  return facts({
    calls: 1,
    figures: { 'lines of the server': server.length, 'spans of the trace': proxies.length + 1 },
    texts: Object.fromEntries(Object.entries(holds).map(([fact, isSo]) => [holdsText(fact), String(isSo)])),
  })
}
