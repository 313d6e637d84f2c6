// Rows by one way: rows a second, latency, CPU and bytes of a row.

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { linkedDataPeers, loopbackDataPeers } from '../data-peers/shared-data-peers.ts'
import { FAR_LINK, ROW_BYTES, ROWS_PER_SECOND, type RowCell, secondsOf } from './cells.ts'

export const FIGURES = {
  rows: 'rows sent',
  acknowledged: 'rows acknowledged',
  perSecond: 'rows a second',
  calls: 'calls',
  mean: 'mean latency of a row (ms)',
  client: 'CPU of the client (µs a row)',
  server: 'CPU of the server (µs a row)',
  bytes: 'both ways (bytes a row)',
} as const

export const LATENCY = 'row'

export async function measureRows(context: RunContext, { demand, way }: RowCell): Promise<Measured> {
  const peers =
    demand === 'far' ? (await linkedDataPeers(context, FAR_LINK)).peers : await loopbackDataPeers(context)
  const target = await peers.open()
  const { warmUpSeconds, seconds } = secondsOf(context.profile)
  const options = { target, way, rowBytes: ROW_BYTES }
  await peers.run('sendRows', { ...options, seconds: warmUpSeconds })
  const before = await peers.read(target)
  const sent = await peers.run('sendRows', {
    ...{ ...options, seconds },
    ...(demand === 'paced' && { rowsPerSecond: ROWS_PER_SECOND }),
  })
  const after = await peers.read(target)
  const bytes = after.bytesIn + after.bytesOut - before.bytesIn - before.bytesOut
  const { rows, acknowledged, calls, cpuMs } = sent
  return facts({
    ...{ seconds: sent.seconds, calls, codes: { OK: calls }, messages: rows, bytes: rows * ROW_BYTES },
    histograms: { [LATENCY]: sent.latency },
    figures: {
      [FIGURES.rows]: rows,
      [FIGURES.acknowledged]: acknowledged,
      [FIGURES.perSecond]: rows / sent.seconds,
      [FIGURES.calls]: calls,
      [FIGURES.mean]: sent.meanMs,
      [FIGURES.client]: (1_000 * cpuMs) / rows,
      [FIGURES.server]: (1_000 * (after.cpuMs - before.cpuMs)) / rows,
      [FIGURES.bytes]: bytes / rows,
    },
  })
}
