// Loads over several transports at the same time, with a Prometheus that scrapes them and answers the queries of the dashboard.

import { setTimeout as wait } from 'node:timers/promises'
import { TRANSPORTS } from '../../../../dashboards/boards/transports.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { BackgroundLoad } from '../../../../testbed/loader/start-loader.ts'
import { decodeHistogram } from '../../../../testbed/measure/histogram.ts'
import { serveLoadMetrics } from '../../../../testbed/prometheus/load-exporter.ts'
import { startPrometheus } from '../../../../testbed/prometheus/prometheus.ts'
import type { PrometheusClient } from '../../../../testbed/prometheus/prometheus-client.ts'
import { askPanels } from '../../grpc-observability/dashboards/ask-panels.ts'
import { beginLoads, watchedTransports } from './watched-transports.ts'

const INTERVAL_MS = 250
/** A rate needs two of them, and the heat map some columns. */
const LEAST_SCRAPES = 8
const MILLISECONDS = 1_000

/** Names in the result of the run. */
export const FIGURES = {
  /** By loader and Prometheus, in the order in which they were asked. */
  before: (transport: string) => `${transport}: calls before the last scrape`,
  scraped: (transport: string) => `${transport}: calls by Prometheus`,
  after: (transport: string) => `${transport}: calls after it`,
} as const
export const PANELS = 'panels'

export async function measureWatched(context: RunContext): Promise<Measured> {
  const { group, folder, profile, signal } = context
  const loads = await beginLoads(context, watchedTransports())
  const { address, close } = await serveLoadMetrics(loads)
  try {
    const targets = [{ job: 'loads', instance: 'transports', address }]
    const { client } = await startPrometheus(group, folder, { targets, intervalMs: INTERVAL_MS })
    const from = Date.now() / MILLISECONDS
    for (let scrape = 0; scrape < LEAST_SCRAPES; scrape += 1) await client.untilScraped(signal)
    await wait(profile.windowSeconds * MILLISECONDS, undefined, { signal })
    const callsOf = async () =>
      new Map(await Promise.all([...loads].map(async ([id, load]) => [id, await countOf(load)] as const)))
    const before = await callsOf()
    await client.untilScraped(signal)
    const scraped = new Map(
      (await client.query('switchyard_load_call_seconds_count')).map(({ labels, value }) => [
        labels.transport ?? '',
        value,
      ]),
    )
    const after = await callsOf()
    const to = Date.now() / MILLISECONDS
    const answers = await askPanels([TRANSPORTS], client, { from, to })
    const series = await latencyOverTime(client, from, to)
    const results = await Promise.all([...loads.values()].map((load) => load.end()))
    const calls = results.reduce((sum, one) => sum + one.calls, 0)
    const failed = results.reduce((sum, one) => sum + one.calls - (one.codes.OK ?? 0), 0)
    return facts({
      seconds: to - from,
      calls,
      codes: { OK: calls - failed, ...(failed > 0 && { failed }) },
      figures: Object.fromEntries(
        [...loads.keys()].flatMap((id) => [
          [FIGURES.before(id), before.get(id) ?? 0],
          [FIGURES.scraped(id), scraped.get(id) ?? 0],
          [FIGURES.after(id), after.get(id) ?? 0],
        ]),
      ),
      texts: { [PANELS]: JSON.stringify(answers) },
      series,
    })
  } finally {
    close()
  }
}

/** Of its histogram: the number of calls has those too that were due before it began. */
async function countOf(load: Pick<BackgroundLoad, 'counts'>): Promise<number> {
  const { service } = await load.counts({ withLatency: true })
  return service === undefined ? 0 : decodeHistogram(service).totalCount
}

/** The median of each interval, by transport. */
async function latencyOverTime(
  client: PrometheusClient,
  from: number,
  to: number,
): Promise<NonNullable<Measured['series']>> {
  const step = (4 * INTERVAL_MS) / MILLISECONDS
  const query = `histogram_quantile(0.5, sum by (le, transport) (rate(switchyard_load_call_seconds_bucket[${step}s])))`
  const found = await client.queryRange(query, from, to, step)
  return found.map(({ labels, points }) => ({
    name: labels.transport ?? '',
    unit: 'µs',
    points: points
      .filter(([, value]) => Number.isFinite(value))
      .map(([at, value]): [number, number] => [(at - from) * MILLISECONDS, value * 1e6]),
  }))
}
