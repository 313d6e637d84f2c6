// A configuration that uses every part of the model once. Tests change the part they test.

import type { Config } from '../../control-plane/document/model.ts'

/** A new copy that a test may change. */
export function sampleConfig() {
  return {
    version: 1 as const,
    upstreams: {
      echo: {
        endpoints: {
          b1: { address: '127.0.0.1:7101' },
          b2: { address: '127.0.0.1:7102', weight: 2 },
          b3: { address: 'unix:/run/switchyard/b3.sock', state: 'draining' as const },
        },
        healthCheck: { enabled: true, service: 'switchyard.echo.v1.EchoService', interval: '1s' },
      },
      'echo-v2': {
        endpoints: { c1: { address: '[::1]:7201' } },
        lb: { policy: 'ring_hash' as const, hashOn: { header: 'x-tenant' } },
      },
      unused: { endpoints: {} },
    },
    routes: {
      public: {
        hosts: ['*'],
        rules: {
          echo: { match: { service: 'switchyard.echo.v1.EchoService' }, to: { echo: 100 }, timeout: '5s' },
          canary: {
            match: {
              service: 'switchyard.echo.v1.EchoService',
              method: 'Unary',
              headers: { 'x-canary': '1' },
            },
            to: { echo: 90, 'echo-v2': 10 },
          },
        },
      },
    },
    fleets: {
      edge: {
        kind: 'envoy' as const,
        lb: { mode: 'l4' as const, policy: 'round_robin' as const },
        onNack: 'hold' as const,
        listeners: { main: { port: 10000, l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
      },
    },
  } satisfies Config
}

/** A deep copy of the sample with the values at some dotted paths replaced; `undefined` removes a field. */
export function sampleWith(changes: Readonly<Record<string, unknown>>): Config {
  const config: Record<string, unknown> = sampleConfig()
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split('.')
    const last = steps.pop() ?? ''
    let at = config
    for (const step of steps) {
      at[step] ??= {}
      at = at[step] as Record<string, unknown>
    }
    if (value === undefined) delete at[last]
    else at[last] = value
  }
  return config as unknown as Config
}
