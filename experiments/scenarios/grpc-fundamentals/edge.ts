// The Envoys of the chapters about errors: one that routes calls by their authority, and one that asks for tokens.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { RunContext, SharedContext } from '../../../harness/scenario.ts'
import { freePort } from '../../../processes/free-port.ts'
import { KEY_SET_PATH } from '../../../services/issuer/issuer-server.ts'
import { fetchToken, ISSUER } from '../../../testbed/issuer.ts'
import { AUDIENCE } from '../../../testbed/security.ts'
import { startTestbed, type Testbed } from '../../../testbed/testbed.ts'
import { untilActive } from '../../../testbed/until-active.ts'
import { authorityOf } from './authority.ts'

/** Where calls with an authority go, and what Envoy does with them on the way. */
export interface EdgeRoute {
  readonly address: string
  /** Switches of the rule, such as `{ timeout: '200ms' }`. */
  readonly rule?: object
  /** Switches of the upstream, such as `{ circuitBreaker: { requests: 1 } }`. */
  readonly upstream?: object
}

const FLEETS = ['edge', 'guarded'] as const
type FleetName = (typeof FLEETS)[number]

/** The role that the Envoy with rules lets through. */
export const ALLOWED_ROLE = 'reader'

export class Edge {
  readonly testbed: Testbed

  private constructor(testbed: Testbed) {
    this.testbed = testbed
  }

  /** Started by the first run that asks, with routes of all chapters that have asked. */
  static async of(context: RunContext): Promise<Edge> {
    return await context.shared('edge', Edge.#start)
  }

  static async #start({ group, folder }: SharedContext): Promise<Edge> {
    const configFile = join(folder, 'edge.yaml')
    await writeFile(configFile, stringify(await documentOf()))
    const testbed = await startTestbed(group, {
      folder: join(folder, 'edge'),
      configFile,
      fleets: new Map(FLEETS.map((name) => [name, 1])),
      backends: 0,
      security: true,
    })
    return new Edge(testbed)
  }

  /** Where to call this fleet's Envoy, `HOST:PORT`. */
  targetOf(fleet: FleetName = 'edge'): string {
    return this.testbed.fleets.get(fleet)?.[0]?.target ?? ''
  }

  /** The address of the issuer's key set, and a token of it. */
  get keySetUrl(): string {
    return `http://${this.testbed.security?.issuer.address}${KEY_SET_PATH}`
  }

  async token(roles: readonly string[], lifetime = 600): Promise<string> {
    const options = { subject: 'alice', audience: AUDIENCE, lifetime, claims: { roles } }
    return await fetchToken(this.testbed.security?.issuer.tokens ?? '', options)
  }

  /** Routes calls with the authority `NAME.test`, by name. Both Envoys have all routes. Resolves when they are in effect. */
  async route(routes: Readonly<Record<string, EdgeRoute>>): Promise<void> {
    const { config } = await this.testbed.rest.getConfig()
    const names = [...Object.keys((config as { readonly routes: object }).routes), ...Object.keys(routes)]
    const listeners = { main: { l7: { routes: [...new Set(names)] } } }
    await this.testbed.rest.patchConfig({
      upstreams: mapOf(routes, (_, { address, upstream }) => ({
        endpoints: { e1: { address } },
        ...upstream,
      })),
      routes: mapOf(routes, (name, { rule }) => ({
        hosts: [authorityOf(name)],
        rules: { all: { match: {}, to: { [name]: 1 }, ...rule } },
      })),
      fleets: Object.fromEntries(FLEETS.map((name) => [name, { listeners }])),
    })
    await untilActive(this.testbed)
  }
}

function mapOf<T>(all: Readonly<Record<string, T>>, to: (name: string, one: T) => object) {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, to(name, one)]))
}

async function documentOf() {
  const [edge, guarded, issuer, authorizer] = await Promise.all([1, 2, 3, 4].map(() => freePort()))
  const fleet = (port: number | undefined) => ({
    kind: 'envoy',
    lb: { mode: 'l7', policy: 'round_robin' },
    listeners: { main: { port, l4: { upstream: 'none' }, l7: { routes: ['none'] } } },
  })
  const token = { from: 'main', claims: { roles: ALLOWED_ROLE } }
  return {
    version: 1,
    upstreams: {
      none: { endpoints: {} },
      issuer: { protocol: 'http1', endpoints: { i1: { address: `127.0.0.1:${issuer}` } } },
      authorizer: { endpoints: { a1: { address: `127.0.0.1:${authorizer}` } } },
    },
    routes: { none: { hosts: [authorityOf('none')], rules: { all: { match: {}, to: { none: 1 } } } } },
    jwt: {
      main: { issuer: ISSUER, audiences: [AUDIENCE], jwks: { upstream: 'issuer', path: KEY_SET_PATH } },
    },
    fleets: {
      edge: fleet(edge),
      guarded: {
        ...fleet(guarded),
        security: {
          jwt: { enabled: true, anyOf: ['main'] },
          rbac: { enabled: true, rules: { readers: { token } } },
        },
      },
    },
  }
}
