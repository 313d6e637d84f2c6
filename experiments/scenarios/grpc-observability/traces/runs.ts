// The runs of the traces: what calls are made, and what their spans must be.

import type { Finding } from '../../../../harness/check.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { ReceivedSpan } from '../../../../testbed/otlp/spans.ts'
import { shapeOf, tracesIn } from '../../../../testbed/otlp/trace-tree.ts'
import { CLIENT, EDGE, KEPT_RATIO, SAMPLING_CLIENT, type TracedBed, untilTraces } from './traced-bed.ts'

export interface Found {
  readonly calls: number
  readonly findings: readonly Finding[]
  readonly figures?: Readonly<Record<string, number>>
  /** One trace, for the report. */
  readonly shown?: readonly ReceivedSpan[]
}

export interface TraceRun {
  readonly id: string
  readonly row: 'O5.5' | 'O5.6' | 'O5.7'
  /** A sentence: what must hold. */
  readonly title: string
  readonly measure: (bed: TracedBed, profile: ProfileName) => Promise<Found>
}

const CALLS: Readonly<Record<ProfileName, number>> = { quick: 20, standard: 200, full: 2_000 }
const SAMPLED_CALLS: Readonly<Record<ProfileName, number>> = { quick: 200, standard: 1_000, full: 10_000 }

const THROUGH_ENVOY = `${CLIENT}:client > ${EDGE}:server > ${EDGE}:client`
export const WHOLE = `${THROUGH_ENVOY} > a:server > a:client > b:server`
const TO_ECHO = `${THROUGH_ENVOY} > echo:server`
const MESSAGES = 5
/** That the client keeps none of 60 calls happens less than once in a million times. */
const MARKERS = 60
/** OpenTelemetry's SDK keeps no more events of a span. */
const MOST_EVENTS = 128
const LONG_STREAM = 200

const fact = (text: string, holds: boolean): Finding => ({ fact: text, holds })

export const TRACE_RUNS: readonly TraceRun[] = [
  {
    id: 'one-trace',
    row: 'O5.6',
    title: 'A call through client, Envoy and two services is one trace',
    async measure(bed, profile) {
      const calls = CALLS[profile]
      await begin(bed)
      const codes = await bed.clients.client.ask({ call: 'work', count: calls })
      const traces = await untilTraces(bed, calls, 6)
      return {
        calls,
        findings: [
          fact(`${codes.OK ?? 0} of ${calls} calls succeed`, codes.OK === calls),
          fact(
            `${traces.length} traces`,
            traces.length === calls && tracesIn(bed.receiver.spans).size === calls,
          ),
          fact(
            `each is ${WHOLE}`,
            traces.every((spans) => shapeOf(spans) === WHOLE),
          ),
        ],
        figures: { traces: traces.length, 'spans of a trace': bed.receiver.spans.length / calls },
        ...shownOf(traces),
      }
    },
  },
  {
    id: 'broken-trace',
    row: 'O5.6',
    title: 'A service that does not hand on the context ends the trace, and its calls begin others',
    async measure(bed, profile) {
      const calls = CALLS[profile]
      await begin(bed, 'untraced')
      await bed.clients.client.ask({ call: 'work', count: calls })
      const isOfB = (spans: readonly ReceivedSpan[]) => shapeOf(spans) === 'b:server'
      const byTrace = async () => [...tracesIn(bed.receiver.spans).values()]
      await bed.receiver.until(({ length }) => length >= calls * 4)
      const traces = await byTrace()
      const ended = traces.filter((spans) => shapeOf(spans) === THROUGH_ENVOY)
      return {
        calls,
        findings: [
          fact(`${ended.length} traces end at the Envoy`, ended.length === calls),
          fact(`${traces.filter(isOfB).length} begin at b`, traces.filter(isOfB).length === calls),
        ],
        figures: { traces: traces.length },
      }
    },
  },
  {
    id: 'sampled',
    row: 'O5.6',
    title: 'The client decides which traces are kept, and those are whole',
    async measure(bed, profile) {
      const calls = SAMPLED_CALLS[profile]
      await begin(bed)
      const client = bed.clients[SAMPLING_CLIENT]
      await client.ask({ call: 'work', count: calls })
      await client.ask({ call: 'unary', count: MARKERS })
      const traces = await untilSampled(bed)
      const kept = traces.filter((spans) => !isMarker(spans))
      const bound = 6 * Math.sqrt(calls * KEPT_RATIO * (1 - KEPT_RATIO))
      const isWhole = (spans: readonly ReceivedSpan[]) => shapeOf(spans) === sampledShape(WHOLE)
      return {
        calls,
        findings: [
          fact(
            `${kept.length} of ${calls} traces are kept, ${KEPT_RATIO * calls} were meant`,
            Math.abs(kept.length - calls * KEPT_RATIO) <= bound,
          ),
          fact(`all of them have six spans`, kept.length > 0 && kept.every(isWhole)),
        ],
        figures: { traces: kept.length },
      }
    },
  },
  {
    id: 'every-kind',
    row: 'O5.7',
    title: 'A call of any kind has one span on each side, and a message of a stream one event',
    async measure(bed) {
      const findings: Finding[] = []
      for (const call of ['unary', 'stream', 'upload', 'chat'] as const) {
        await begin(bed)
        await bed.clients.client.ask({ call, messages: MESSAGES })
        const [spans = []] = await untilTraces(bed, 1, 4)
        const sent = call === 'upload' || call === 'chat' ? MESSAGES : 1
        const received = call === 'stream' || call === 'chat' ? MESSAGES : 1
        findings.push(
          fact(`${call}: ${shapeOf(spans)}`, shapeOf(spans) === TO_ECHO),
          fact(
            `${call}: ${sent} sent and ${received} received, on both sides`,
            messagesOf(spans, CLIENT) === `${sent}/${received}` &&
              messagesOf(spans, 'echo') === `${received}/${sent}`,
          ),
        )
      }
      return { calls: 4, findings }
    },
  },
  {
    id: 'long-stream',
    row: 'O5.7',
    title: 'A span keeps the last events of a long stream, and counts the others',
    async measure(bed) {
      await begin(bed)
      await bed.clients.client.ask({ call: 'stream', messages: LONG_STREAM })
      const [spans = []] = await untilTraces(bed, 1, 4)
      const { events = [], droppedEvents = 0 } = spans.find(({ service }) => service === 'echo') ?? {}
      const last = events.at(-1)?.attributes['message.id']
      return {
        calls: 1,
        findings: [
          fact(
            `${events.length} events, up to message ${last}`,
            events.length === MOST_EVENTS && last === LONG_STREAM,
          ),
          fact(`${droppedEvents} dropped`, events.length + droppedEvents === LONG_STREAM + 1),
        ],
        figures: { 'events kept': events.length, 'events dropped': droppedEvents },
      }
    },
  },
  {
    id: 'errors',
    row: 'O5.7',
    title: 'A call that fails is an error in the spans of all sides, and each attempt has a span',
    async measure(bed) {
      await begin(bed, 'a', { retry: { enabled: true, attempts: 2, on: ['internal'] } })
      const codes = await bed.clients.client.ask({ call: 'fail' })
      const [spans = []] = await untilTraces(bed, 1, 8)
      const attempt = `${EDGE}:client > echo:server`
      const shape = `${CLIENT}:client > ${EDGE}:server > [${attempt}, ${attempt}, ${attempt}]`
      const errors = spans.filter(({ status }) => status === 'error')
      return {
        calls: 1,
        findings: [
          fact('the client gets INTERNAL', codes.INTERNAL === 1),
          fact(
            'one call of the client, three attempts of Envoy, three calls at the service',
            shapeOf(spans) === shape,
          ),
          fact(`${errors.length} of ${spans.length} spans are errors`, errors.length === spans.length),
        ],
        ...shownOf([spans]),
      }
    },
  },
  {
    id: 'instrumented',
    row: 'O5.5',
    title:
      "OpenTelemetry's instrumentation names service, method and status in the spans of client and server",
    async measure(bed) {
      await begin(bed)
      await bed.clients.client.ask({ call: 'unary' })
      const [spans = []] = await untilTraces(bed, 1, 4)
      const expected = {
        'rpc.system': 'grpc',
        'rpc.service': 'switchyard.echo.v1.EchoService',
        'rpc.method': 'Unary',
      }
      const hasNames = ({ attributes }: ReceivedSpan) =>
        Object.entries(expected).every(([name, value]) => attributes[name] === value) &&
        attributes['rpc.grpc.status_code'] === 0
      const ours = spans.filter(({ service }) => service !== EDGE)
      return {
        calls: 1,
        findings: [
          fact(`${ours.length} spans of programs`, ours.length === 2),
          fact('with rpc.system, rpc.service, rpc.method and rpc.grpc.status_code', ours.every(hasNames)),
        ],
      }
    },
  },
]

async function begin(bed: TracedBed, first: 'a' | 'untraced' = 'a', rule?: object): Promise<void> {
  await bed.callThrough(first, rule)
  bed.receiver.clear()
}

const sampledShape = (shape: string) => shape.replace(`${CLIENT}:`, `${SAMPLING_CLIENT}:`)
const isMarker = (spans: readonly ReceivedSpan[]) => shapeOf(spans) === sampledShape(TO_ECHO)

/**
 * The traces of the client that keeps some. Each process sends its spans in order, so with one of the calls at the end all spans of
 * client and Envoy have arrived; the services' follow.
 */
async function untilSampled({ receiver }: TracedBed): Promise<readonly (readonly ReceivedSpan[])[]> {
  const traces = () => [...tracesIn(receiver.spans).values()]
  await receiver.until(() => {
    const all = traces()
    return (
      all.some(isMarker) && all.every((spans) => isMarker(spans) || shapeOf(spans) === sampledShape(WHOLE))
    )
  })
  return traces()
}

/** Messages that a side sent and received. */
function messagesOf(spans: readonly ReceivedSpan[], service: string): string {
  const events = spans.find((span) => span.service === service)?.events ?? []
  const count = (type: string) =>
    events.filter(({ attributes }) => attributes['message.type'] === type).length
  return `${count('SENT')}/${count('RECEIVED')}`
}

/** The last one: the first calls wait for connections. */
function shownOf(traces: readonly (readonly ReceivedSpan[])[]) {
  const last = traces.at(-1)
  return last === undefined ? {} : { shown: last }
}
