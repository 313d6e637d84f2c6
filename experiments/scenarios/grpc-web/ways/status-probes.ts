// Statuses other than OK: where they are, and what of their text, trailers and details arrives.

import { fromBinary } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { ErrorInfoSchema } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'
import { status } from '@grpc/grpc-js'
import { callWeb, type WebAnswer } from '../wire/web-call.ts'
import { ASKS, FAILURE } from '../witness.ts'
import { callEcho, describe, type Probe } from './probe.ts'

export const STATUS_PROBES: readonly Probe[] = [
  {
    id: 'fails-at-once',
    title: 'a call that fails at once',
    ask: async (probed) => describe(await callEcho(probed, 'Unary', { message: ASKS.details })),
  },
  {
    id: 'fails-at-once-carries',
    title: '… its text, trailer and details',
    ask: async (probed) => carried(await callEcho(probed, 'Unary', { message: ASKS.details })),
  },
  {
    id: 'fails-late',
    title: 'a stream that fails after two answers',
    ask: async (probed) => {
      const failing = { statusCode: status.ABORTED, statusMessage: FAILURE.text }
      const answer = await callEcho(probed, 'ServerStream', { count: 2, ...failing })
      return `${describe(answer)}, ${answer.message === FAILURE.text ? 'with its text' : `text "${answer.message}"`}`
    },
  },
  {
    id: 'client-stream',
    title: 'client stream, two messages in one body',
    ask: async (probed) =>
      describe(await callEcho(probed, 'ClientStream', [{ message: 'a' }, { message: 'b' }])),
  },
  {
    id: 'unknown-method',
    title: 'a method that is not there',
    ask: async ({ url }) => {
      return describe(
        await callWeb({ url, method: 'switchyard.echo.v1.EchoService/None', messages: [new Uint8Array()] }),
      )
    },
  },
  {
    id: 'large',
    title: 'an answer of 5 MiB',
    ask: async (probed) => describe(await callEcho(probed, 'Unary', { payloadSize: 5 * 1024 * 1024 })),
  },
]

function carried({ message, trailers, headers }: WebAnswer): string {
  const arrivedAs = (name: string) => trailers?.[name] ?? headers[name]?.toString()
  const details = arrivedAs('grpc-status-details-bin')
  const parts = {
    text: message === FAILURE.text,
    trailer: arrivedAs('x-hint') === FAILURE.trailer,
    details: details !== undefined && reasonIn(details) === FAILURE.reason,
  }
  const [there, lost] = [true, false].map((one) =>
    Object.entries(parts).flatMap(([name, arrived]) => (arrived === one ? [name] : [])),
  )
  return [there?.join(', '), lost?.length ? `lost: ${lost.join(', ')}` : ''].filter(Boolean).join('; ')
}

function reasonIn(base64: string): string | undefined {
  const { details } = fromBinary(StatusSchema, Buffer.from(base64, 'base64'))
  const [first] = details
  return first && anyUnpack(first, ErrorInfoSchema)?.reason
}
