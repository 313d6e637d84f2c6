// The processor: Envoy's ext_proc and health on one address.

import { ExternalProcessor } from '@envoy/xds-protos/envoy/service/ext_proc/v3/external_processor_pb.js'
import { Server } from '@grpc/grpc-js'
import { DrainingListener, type ListenAddress } from '../draining-listener.ts'
import { addHealth } from '../health.ts'
import { addService } from '../rpc/index.ts'
import { type ProcessorRules, processMessage } from './process-call.ts'

const STOP_GRACE_MS = 2_000

export interface Processor {
  /** `host:port` or `unix:/path`. */
  readonly address: string
  /** Sends GOAWAY on all open connections and serves new ones. @returns the number of connections that got GOAWAY */
  drain(): number
  /** Reports NOT_SERVING, gives calls in progress two seconds to end, then closes their connections. */
  close(): Promise<void>
}

/** Errors are those of `DrainingListener.listen`. */
export async function startProcessor(listen: ListenAddress, rules: ProcessorRules): Promise<Processor> {
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
  const health = addHealth(server, [ExternalProcessor.typeName])
  const listener = new DrainingListener(server)
  const address = await listener.listen(listen)
  return {
    address,
    drain: () => listener.drain(),
    close() {
      health.stopServing()
      return listener.close(STOP_GRACE_MS)
    },
  }
}
