// The stand-ins of a document: one for each endpoint that calls of the fleets may reach.

import { switchesReachedBy } from '../../control-plane/document/configured-switches.ts'
import type { Config } from '../../control-plane/document/model.ts'
import { namesOf } from '../../control-plane/switches/tls.ts'
import type { CellRecords } from '../backends/cell-records.ts'
import { type StandIn, startStandIn } from '../backends/stand-in.ts'
import type { Certificates } from '../callers/certificates.ts'
import { endpointsOf } from './rewrite-document.ts'

export interface StandInsOptions {
  readonly document: Config
  readonly fleets: readonly string[]
  /** Upstreams that are called at their own addresses. */
  readonly keep: ReadonlySet<string>
  /** Upstreams with real servers here, by their addresses. */
  readonly real: ReadonlyMap<string, string>
  readonly certificates: Certificates
  readonly records: CellRecords
}

export interface StandIns {
  addressOf(upstream: string, endpoint: string): string | undefined
  close(): Promise<void>
}

export async function startStandIns(options: StandInsOptions): Promise<StandIns> {
  const { document, fleets, keep, real } = options
  const reached = new Set(
    fleets.flatMap((name) => {
      const fleet = document.fleets[name]
      return fleet === undefined ? [] : [...switchesReachedBy(document, name, fleet).upstreams]
    }),
  )
  const wanted = [...reached].filter((name) => !keep.has(name) && !real.has(name))
  const started = new Map<string, StandIn>()
  await Promise.all(
    wanted.map(async (upstream) => {
      for (const [endpoint, standIn] of await startFor(upstream, options)) {
        started.set(JSON.stringify([upstream, endpoint]), standIn)
      }
    }),
  )
  return {
    addressOf: (upstream, endpoint) =>
      real.get(upstream) ?? started.get(JSON.stringify([upstream, endpoint]))?.address,
    close: async () => void (await Promise.all([...started.values()].map((one) => one.close()))),
  }
}

async function startFor(name: string, { document, certificates, records }: StandInsOptions) {
  const upstream = document.upstreams[name]
  if (upstream === undefined) return []
  const { tls, protocol = 'http2' } = upstream
  const issued = tls?.enabled ? await certificates.issueFor(namesOf(tls), tls.ca) : undefined
  const options = { upstream: name, protocol, records, ...(issued && { tls: issued }) }
  return Promise.all(endpointsOf(upstream).map(async (id) => [id, await startStandIn(options)] as const))
}
