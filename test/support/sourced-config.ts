// A document whose fleet calls one upstream, `echo`, that the test writes.

import type { Config } from '../../control-plane/document/model.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'

/** @param port of the listener */
export function sourcedConfig(port: number, upstream: object): Config {
  return validateConfig({
    version: 1,
    upstreams: { echo: upstream },
    routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    fleets: {
      fleet: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { main: { port, l7: { routes: 'all' } } },
      },
    },
  })
}
