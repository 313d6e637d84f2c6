// Services by which nodes stream what they observe, beside xDS. The server knows who streams; the messages are the receiver's.

import { fromBinary } from '@bufbuild/protobuf'
import { type Node, NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { Server } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'
import { type Fields, part, WireReader } from '../../core/wire-reader.ts'
import { callOption, OptionFault } from '../cache/option.ts'
import type { Serving } from '../cache/serving.ts'
import { type Authorize, admit } from './authorize.ts'
import { byteMethod } from './byte-method.ts'
import { BadRequest, checkNode, decodeOrReject } from './check-request.ts'
import { failedStream, reportFailure } from './failure.ts'
import type { OpenStreams } from './open-streams.ts'
import type { ByteStream } from './xds-stream.ts'

/**
 * Who opened a stream of telemetry.
 *
 * @example
 * ```ts
 * import type { TelemetrySource } from 'switchyard'
 *
 * const nameOf = ({ node, group }: TelemetrySource) => `${group}/${node}`
 * ```
 */
export interface TelemetrySource {
  /** The id of the node. */
  readonly node: string
  /** The group of the node, as in the cache. */
  readonly group: string
  /** The address of the client. */
  readonly peer: string
}

/**
 * What receives one stream of telemetry.
 *
 * @example
 * ```ts
 * import type { TelemetrySink } from 'switchyard'
 *
 * let received = 0
 * const counting: TelemetrySink = { take: ({ length }) => { received += length }, close: () => console.log(received) }
 * ```
 */
export interface TelemetrySink {
  /**
   * Gets each message as it came, the first included. It must not keep the bytes. @throws SwitchyardError `invalid-argument` to
   * end the stream with this reason; anything else is a `fault` event
   */
  readonly take: (message: Uint8Array) => void
  /** Called once, when the stream has ended. */
  readonly close: () => void
}

/**
 * A service that Envoys stream to, such as `envoy.service.metrics.v3.MetricsService` or the access log service. The first message
 * of a stream must have an identifier in field 1 with the node in field 1 of that, as all of Envoy's have. `authorize` decides
 * about the node, as for xDS.
 *
 * @example
 * ```ts
 * import { startXdsServer, type TelemetryService } from 'switchyard'
 *
 * const metrics: TelemetryService = {
 *   path: '/envoy.service.metrics.v3.MetricsService/StreamMetrics',
 *   open: ({ node }) => ({
 *     take: ({ length }) => console.log(`${node} sent ${length} bytes`),
 *     close: () => console.log(`${node} has left`),
 *   }),
 * }
 * await startXdsServer({ cache, address: '127.0.0.1:0', telemetry: [metrics] })
 * ```
 */
export interface TelemetryService {
  /** `/PACKAGE.SERVICE/METHOD`, of a method whose requests are a stream. */
  readonly path: string
  /** Called for each stream whose node may stream. */
  readonly open: (source: TelemetrySource) => TelemetrySink
}

export interface TelemetryContext {
  readonly serving: Serving
  readonly authorize: Authorize
  readonly open: OpenStreams
}

const FAILED = failedStream('the stream of telemetry')

const IDENTIFIER: Fields<{ node?: Uint8Array }> = {
  1: part((reader, target) => {
    target.node = reader.bytes()
  }),
}
const FIRST_MESSAGE: Fields<{ node?: Uint8Array }> = {
  1: part((reader, target) => void reader.nested(IDENTIFIER, target)),
}

export function addTelemetryService(
  server: Server,
  { path, open }: TelemetryService,
  context: TelemetryContext,
): void {
  const method = path.slice(path.lastIndexOf('/') + 1)
  server.addService(
    { [method]: byteMethod(path) },
    { [method]: (call: ByteStream) => receiveTelemetry(call, open, context) },
  )
}

function receiveTelemetry(
  call: ByteStream,
  open: TelemetryService['open'],
  { serving, authorize, open: streams }: TelemetryContext,
): void {
  const place = streams.enter(call)
  if (place === undefined) return
  let sink: TelemetrySink | undefined
  let isOpen = true

  const release = () => {
    if (!isOpen) return
    isOpen = false
    place.leave()
    sink?.close()
  }
  // The answer of a method that has a single one: an empty message.
  const end = () => {
    if (!isOpen) return
    release()
    call.write(Buffer.alloc(0))
    call.end()
  }
  place.onEnd({ isSettled: () => true, end })
  const enter = (bytes: Buffer): TelemetrySink => {
    const node = checkNode(decodeOrReject(() => nodeIn(bytes)))
    const { address } = admit(call, node, authorize)
    const group = serving.groupOf(node)
    place.introduce(group, node.id)
    return callOption('telemetry', () => open({ node: node.id, group, peer: address }))
  }

  call.on('data', (bytes: Buffer) => {
    if (!isOpen) return
    place.heard()
    try {
      sink ??= enter(bytes)
      // The receiver may have ended the streams of the node while it opened this one.
      if (isOpen) takeOrReject(sink, bytes)
      else sink.close()
    } catch (error) {
      release()
      call.emit('error', reportFailure(serving, call.getPeer(), error, FAILED))
    }
  })
  call.on('end', end)
  for (const ending of ['cancelled', 'error', 'close']) call.on(ending, release)
}

/** @throws BadRequest if the receiver says that the message is bad, OptionFault for any other error of it */
function takeOrReject(sink: TelemetrySink, bytes: Buffer): void {
  try {
    sink.take(bytes)
  } catch (error) {
    if (error instanceof SwitchyardError && error.code === 'invalid-argument')
      throw new BadRequest(error.message)
    throw new OptionFault('telemetry', error)
  }
}

function nodeIn(bytes: Uint8Array): Node | undefined {
  const { node } = new WireReader(bytes).message<{ node?: Uint8Array }>(FIRST_MESSAGE, {})
  return node && fromBinary(NodeSchema, node)
}
