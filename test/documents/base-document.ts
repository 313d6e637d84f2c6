// A document that has a name for each name in the examples of the declarations, so that each example fits into it.

import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { type Config, ConfigSchema } from '../../control-plane/document/model.ts'
import { NAMES } from './places.ts'

export interface BaseParts {
  /** Three endpoints that answer the calls of the rule. */
  readonly echo: readonly [string, string, string]
  /** The address of the endpoint of every other upstream. */
  readonly other: string
  /** The port of the listener in mode l7. */
  readonly port: number
  /** The port of a second one in mode l4, in which several filters are errors. Default: no second listener. */
  readonly bytesPort?: number
}

const FIELDS = describeSchema(ConfigSchema)

/** Upstreams that examples name, beside the called one. `echo-v2` is called too. */
const OTHERS = new Set([
  ...['echo-v2', 'echo-backup', 'issuer'],
  ...FIELDS.filter(({ path }) => path.endsWith('.upstream')).map(({ example }) => String(example)),
])

const KEY_SET = FIELDS.find(({ path }) => path === 'jwt.*.jwks.inline')?.example

const ISSUER = { issuer: 'https://issuer.internal', audiences: ['echo'], jwks: { inline: KEY_SET } }

export function baseDocument({ echo: [b1, b2, b3], other, port, bytesPort }: BaseParts): Config {
  const { upstream, route, rule, fleet, listener } = NAMES
  const others = [...OTHERS]
    .filter((name) => name !== upstream)
    .map((name) => [name, { endpoints: { o1: { address: other } } }])
  return {
    version: 1,
    upstreams: {
      [upstream]: { endpoints: { b1: { address: b1 }, b2: { address: b2 }, b3: { address: b3 } } },
      ...Object.fromEntries(others),
    },
    routes: {
      [route]: {
        hosts: ['*'],
        rules: {
          [rule]: {
            match: { service: 'switchyard.echo.v1.EchoService' },
            to: { [upstream]: 3, 'echo-v2': 1 },
          },
          rest: { match: {}, to: { 'echo-backup': 1 } },
        },
      },
    },
    secrets: {
      'edge-server': { certificate: 'edge.pem', key: 'edge.key' },
      'edge-client': { certificate: 'client.pem', key: 'client.key' },
      mesh: { ca: 'ca.pem' },
    },
    jwt: { main: ISSUER, service: { ...ISSUER, header: 'x-service-token' } },
    fleets: {
      [fleet]: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: {
          [listener]: { port, l4: { upstream }, l7: { routes: route } },
          ...(bytesPort !== undefined && { bytes: { port: bytesPort, mode: 'l4', l4: { upstream } } }),
        },
      },
    },
  } as Config
}
