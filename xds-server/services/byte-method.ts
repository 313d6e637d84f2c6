// A bidirectional gRPC method whose requests and responses stay bytes.

import type { MethodDefinition } from '@grpc/grpc-js'

/** @param path such as `/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources` */
export function byteMethod(path: string): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer) => bytes
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  }
}
