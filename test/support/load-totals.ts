// The load that a real node reports, added up as the control plane does it, and a way to wait for it.

import { LoadTally } from '../../control-plane/load-reports/load-tally.ts'
import { LoadReports } from '../../xds-server/index.ts'
import { sampleConfig } from './sample-config.ts'

/** The upstream `echo` of the fleet `fleet`. @param endpoints by their names */
export function startLoadTotals(
  endpoints: Readonly<Record<string, { readonly address: string }>>,
  { intervalMs = 200, group = 'fleet', kind = 'envoy' as 'envoy' } = {},
) {
  const { edge } = sampleConfig().fleets
  const loadReports = new LoadReports({ intervalMs })
  const tally = new LoadTally({
    document: () => document,
    intervalMs: () => intervalMs,
  })
  const document = { upstreams: { echo: { endpoints } }, fleets: { [group]: { ...edge, kind } } }
  loadReports.onEvent((event) => tally.take(event))
  const upstream = () => tally.read().upstreams[0]
  return {
    loadReports,
    upstream,
    /** The calls started by backend. Backends that are reported by locality only have its zone as their name. */
    started: () =>
      Object.fromEntries(
        (upstream()?.backends ?? []).map(({ endpoint, locality, calls }) => [
          endpoint ?? locality.zone,
          calls.started,
        ]),
      ),
    /** Resolves with the upstream after the first report for which it holds. */
    until: (holds: (load: NonNullable<ReturnType<typeof upstream>>) => boolean) =>
      new Promise<NonNullable<ReturnType<typeof upstream>>>((resolve) => {
        const check = () => {
          const load = upstream()
          if (load === undefined || !holds(load)) return
          stop()
          resolve(load)
        }
        const stop = loadReports.onEvent(check)
        check()
      }),
  }
}
