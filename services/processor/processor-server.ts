// The processor: Envoy's ext_proc and health on one address.

import { ExternalProcessor } from '@envoy/xds-protos/envoy/service/ext_proc/v3/external_processor_pb.js'
import { Server } from '@grpc/grpc-js'
import type { ListenAddress } from '../draining-listener.ts'
import { addService } from '../rpc/index.ts'
import { type ServedService, serveWithHealth } from '../serve-with-health.ts'
import { type ProcessorRules, processMessage } from './process-call.ts'

/** Errors are those of `DrainingListener.listen`. */
export async function startProcessor(listen: ListenAddress, rules: ProcessorRules): Promise<ServedService> {
  const server = new Server()
  addService(server, ExternalProcessor, {
    // A stream is one call: Envoy asks, waits for the answer, and goes on.
    async *process(requests) {
      for await (const request of requests) {
        const response = processMessage(request, rules)
        if (response !== undefined) yield response
      }
    },
  })
  return serveWithHealth(server, ExternalProcessor.typeName, listen)
}
