// Metrics of load generators while they run. They may be in network namespaces that Prometheus does not reach, so this process, which
// holds their pipes, asks them at each scrape.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createProgramServer } from '../../services/program-server.ts'
import type { LoadCounts } from '../loader/load-result.ts'
import type { BackgroundLoad } from '../loader/start-loader.ts'
import { countsAtMost, decodeHistogram } from '../measure/histogram.ts'

/** Upper bounds in microseconds, ten for each power of ten, from 10 µs to 10 s. */
const BOUNDS = Array.from({ length: 61 }, (_, index) => Math.round(10 ** (1 + index / 10)))

const CALLS = 'switchyard_load_call_seconds'
const FAILED = 'switchyard_load_failed_calls_total'

export interface LoadExporter {
  /** `HOST:PORT` on loopback. */
  readonly address: string
  readonly close: () => void
}

/**
 * Serves the histogram of calls from sending to answer, and the number of failed calls, by transport.
 * @param loads by the value of the label `transport`
 */
export async function serveLoadMetrics(
  loads: ReadonlyMap<string, Pick<BackgroundLoad, 'counts'>>,
): Promise<LoadExporter> {
  const server = createProgramServer(async (_, response) => {
    const counted = await Promise.all(
      [...loads].map(async ([transport, load]) => ({
        transport,
        counts: await load.counts({ withLatency: true }),
      })),
    )
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4', connection: 'close' })
    response.end(exposition(counted))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, close: () => void server.close() }
}

interface Counted {
  readonly transport: string
  readonly counts: LoadCounts
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export function exposition(all: readonly Counted[]): string {
  return [
    `# HELP ${CALLS} Time of calls from sending to answer`,
    `# TYPE ${CALLS} histogram`,
    ...all.flatMap(histogramLines),
    `# HELP ${FAILED} Calls that did not end with OK`,
    `# TYPE ${FAILED} counter`,
    ...all.map(({ transport, counts }) => `${FAILED}{transport="${transport}"} ${counts.failed}`),
    '',
  ].join('\n')
}

function histogramLines({ transport, counts: { service } }: Counted): readonly string[] {
  if (service === undefined) return []
  const histogram = decodeHistogram(service)
  const label = `transport="${transport}"`
  const total = histogram.totalCount
  return [
    ...countsAtMost(histogram, BOUNDS).map(
      (count, index) => `${CALLS}_bucket{${label},le="${(BOUNDS[index] ?? 0) / 1e6}"} ${count}`,
    ),
    `${CALLS}_bucket{${label},le="+Inf"} ${total}`,
    `${CALLS}_sum{${label}} ${total === 0 ? 0 : (histogram.mean * total) / 1e6}`,
    `${CALLS}_count{${label}} ${total}`,
  ]
}
