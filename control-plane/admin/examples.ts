// Bodies in the API document. A test sends each of them to a control plane.

import type { Config, FleetLb } from '../document/model.ts'

/** Two versions of a service behind one listener, with a rule for a tenth of the calls. */
export const EXAMPLE_DOCUMENT = {
  version: 1,
  upstreams: {
    echo: {
      endpoints: { b1: { address: '127.0.0.1:7101' }, b2: { address: '127.0.0.1:7102', weight: 2 } },
      healthCheck: { enabled: true, interval: '1s' },
    },
    'echo-v2': { endpoints: { b1: { address: '127.0.0.1:7201' } } },
  },
  routes: {
    public: {
      hosts: ['*'],
      rules: {
        echo: {
          match: { service: 'switchyard.echo.v1.EchoService' },
          to: { echo: 90, 'echo-v2': 10 },
          timeout: '5s',
        },
      },
    },
  },
  fleets: {
    edge: {
      kind: 'envoy',
      lb: { mode: 'l7', policy: 'least_request' },
      listeners: { main: { port: 10_000, l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
    },
  },
} as const satisfies Config

/** Of the document above: another weight, and one endpoint less. */
export const EXAMPLE_PATCH = {
  routes: { public: { rules: { echo: { to: { echo: 50, 'echo-v2': 50 } } } } },
  upstreams: { echo: { endpoints: { b2: null } } },
}

export const EXAMPLE_LB = { mode: 'l7', policy: 'random' } as const satisfies FleetLb
