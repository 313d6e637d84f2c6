// A client that streams telemetry, as Envoy's sinks do: messages with their identifier in field 1, and the node in field 1 of that.

import { create, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { Client } from '@grpc/grpc-js'
import { nodeOf, RawStream } from './xds-client.ts'

export class TelemetryClient {
  readonly raw: RawStream

  constructor(client: Client, path: string) {
    this.raw = new RawStream(client, path)
  }

  /** Sends a message with a node, and with more fields after its identifier. */
  introduce(id: string, cluster?: string, more: Uint8Array = new Uint8Array()): void {
    const node = toBinary(NodeSchema, create(NodeSchema, nodeOf(id, cluster)))
    const identifier = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(node).finish()
    const first = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(identifier).finish()
    this.raw.send(Buffer.concat([first, more]))
  }
}
