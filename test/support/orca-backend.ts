// A backend that reports its load with each answer (ORCA), in the trailer `endpoint-load-metrics-bin`.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoResponseSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js'
import type { Teardown } from './xds-client.ts'

export interface OrcaLoad {
  readonly cpu: number
  readonly queue: number
}

/** Starts a backend with this id that answers `Unary` of the echo service. @returns its address */
export async function startOrcaBackend(t: Teardown, id: string, { cpu, queue }: OrcaLoad): Promise<string> {
  const server = new Server({ 'grpc.server_call_metric_recording': 1 })
  const bytes = (one: Buffer) => one
  const path = `/${EchoService.typeName}/Unary`
  server.addService(
    {
      Unary: {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    },
    {
      Unary: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
        const recorder = call.getMetricsRecorder()
        recorder.recordCPUUtilizationMetric(cpu)
        recorder.recordNamedMetric('queue', queue)
        recorder.recordNamedMetric('secret', 1)
        answer(null, Buffer.from(toBinary(EchoResponseSchema, create(EchoResponseSchema, { backendId: id }))))
      },
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  t.teardown(() => server.forceShutdown())
  return `127.0.0.1:${port}`
}
