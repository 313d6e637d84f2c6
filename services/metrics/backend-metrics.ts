// The metrics of a backend: its calls, its connections and its process.

import type { DescService } from '@bufbuild/protobuf'
import type { ServerInterceptor } from '@grpc/grpc-js'
import { Counter, collectDefaultMetrics, Gauge } from 'prom-client'
import type { DrainingListener, TcpAddress } from '../draining-listener.ts'
import {
  createRegistry,
  type MetricsServer,
  type OpenMetricsRegistry,
  serveMetrics,
} from './metrics-server.ts'
import { serverMetrics } from './server-metrics.ts'

type CountingListener = Pick<DrainingListener, 'connections'>

export class BackendMetrics {
  readonly #registry = createRegistry()
  /** The first one of the server. */
  readonly interceptor: ServerInterceptor

  constructor(services: readonly DescService[]) {
    this.interceptor = serverMetrics(this.#registry, services)
    collectDefaultMetrics({ register: this.#registry })
  }

  /** @throws SwitchyardError like `serveMetrics` */
  async serve(address: TcpAddress, listener: CountingListener): Promise<MetricsServer> {
    addListenerMetrics(this.#registry, listener)
    return await serveMetrics(this.#registry, address)
  }
}

/** Connections of the clients of a server. */
export function addListenerMetrics(registry: OpenMetricsRegistry, listener: CountingListener): void {
  const registers = [registry]
  new Counter({
    name: 'grpc_server_connections_accepted_total',
    help: 'Connections that this server accepted',
    registers,
    collect() {
      this.reset()
      this.inc(listener.connections().accepted)
    },
  })
  new Gauge({
    name: 'grpc_server_connections_open',
    help: 'Open connections of this server',
    registers,
    collect() {
      this.set(listener.connections().open)
    },
  })
}
