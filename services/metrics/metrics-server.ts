// Serves metrics to Prometheus at /metrics, in OpenMetrics' text format, which has exemplars.

import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type OpenMetricsContentType, Registry } from 'prom-client'
import { joinAddress } from '../../core/host-and-port.ts'
import { isLoopback } from '../../core/loopback.ts'
import { listenError, type TcpAddress } from '../draining-listener.ts'
import { createProgramServer } from '../program-server.ts'

export type OpenMetricsRegistry = Registry<OpenMetricsContentType>

export interface MetricsServer {
  /** `HOST:PORT` */
  readonly address: string
  close(): void
}

export function createRegistry(): OpenMetricsRegistry {
  const registry: OpenMetricsRegistry = new Registry()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  return registry
}

/** @throws SwitchyardError `address-in-use`, or `invalid-argument` if it cannot bind the address for another reason */
export async function serveMetrics(
  registry: OpenMetricsRegistry,
  listen: TcpAddress,
): Promise<MetricsServer> {
  // Off loopback Prometheus may use any name, and whoever could point one here can reach the port anyway.
  const isNamed = () => !isLoopback(listen.host)
  const server = createProgramServer(answerWith(registry), { isNamed }).listen(listen)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw listenError(listen, cause)
  }
  const { port } = server.address() as AddressInfo
  return { address: joinAddress(listen.host, port), close: () => void server.close() }
}

function answerWith(registry: OpenMetricsRegistry): RequestListener {
  return async ({ url }, response) => {
    if (url !== '/metrics') {
      response.writeHead(404).end('metrics are at /metrics\n')
      return
    }
    const text = await registry.metrics()
    // Prometheus scrapes over one connection; closing the server must not wait for it.
    response.writeHead(200, { 'content-type': registry.contentType, connection: 'close' }).end(text)
  }
}
