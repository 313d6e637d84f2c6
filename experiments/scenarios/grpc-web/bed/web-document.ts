// What the testbed of the browser's chapters has in force: a merge patch of its generated document.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { CALL_ID, WITHOUT_HEADERS } from './followed-echo.ts'

export interface WebAddresses {
  /** Of the service whose calls are followed, `HOST:PORT`. */
  readonly echo: string
  /** Of the pages that may call. */
  readonly origin: string
  /** Of the listener with TLS. */
  readonly tlsPort: number
  /** Of the listener of `strict` whose routes let no page in. */
  readonly closedPort: number
}

/** How long a stream of `strict` may be idle. */
export const STREAM_IDLE = '1s'

/**
 * Calls of the echo service go to the service that is followed, others to the testbed's backend. `edge` is open, also by TLS;
 * `strict` wants a token. Its idle time is short, so that runs need not wait long for it.
 */
export function webDocument({ echo, origin, tlsPort, closedPort }: WebAddresses) {
  const filters = {
    grpcWeb: { enabled: true },
    cors: {
      enabled: true,
      origins: [origin],
      headers: ['authorization', CALL_ID, 'x-text', 'x-bytes-bin', WITHOUT_HEADERS],
      expose: ['x-seen', 'x-seen-bin'],
    },
  }
  const to = { followed: 100 }
  const secure = {
    port: tlsPort,
    l7: { routes: 'public' },
    tls: { enabled: true, certificate: 'edge-server' },
  }
  return {
    upstreams: { followed: { endpoints: { f1: { address: echo } } } },
    routes: {
      public: { rules: { followed: { match: { service: EchoService.typeName }, to } } },
      closed: { hosts: ['*'], rules: { followed: { match: {}, to, filters: { cors: {} } } } },
    },
    fleets: {
      edge: { filters, listeners: { secure } },
      strict: {
        filters,
        security: { jwt: { enabled: true } },
        timeouts: { streamIdle: STREAM_IDLE },
        listeners: { closed: { port: closedPort, l7: { routes: 'closed' } } },
      },
    },
  }
}
