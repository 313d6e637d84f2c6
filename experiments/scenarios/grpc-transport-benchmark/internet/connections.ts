// What a new connection costs over a distance, and how many calls make it cheap.

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { decodeHistogram, encodeLatencies, quantileMs } from '../../../../testbed/measure/histogram.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import type { BatchResult, FirstCalls } from '../../../../testbed/new-connections/jobs.ts'
import { caseName, HANDSHAKE_CASES, SECURITIES } from '../../../../testbed/new-connections/securities.ts'
import { startNewConnections } from '../../../../testbed/new-connections/start-ends.ts'
import { BATCHES, internetTransport, isBatchAt, LANES, repeatsAt } from './extent.ts'

const [TEXT, ACCEPTED, EXPECTED] = ['connections', 'connections accepted', 'connections expected']
/** Of calls on connections that were open. */
export const WARM = 'calls on an open connection'

export async function measureConnections(context: RunContext, rttMs: number): Promise<Measured> {
  const laid = await internetTransport(rttMs).lay(context.group, context.folder)
  const ends = await startNewConnections(laid, context.folder)
  const repeat = repeatsAt(context.profile, rttMs)
  const begun = performance.now()
  const handshakes = await ends.run('handshakes', { cases: HANDSHAKE_CASES, repeat, lanes: LANES })
  const made = BATCHES.filter((batch) => isBatchAt(batch, rttMs))
  const batches = await ends.run('batches', { batches: made })
  const seconds = (performance.now() - begun) / 1_000
  const calls = 2 * repeat * HANDSHAKE_CASES.length + made.reduce((sum, batch) => sum + batch.calls, 0)
  // One more for each security that is resumed: it fetches the ticket.
  const tickets = Object.keys(SECURITIES).filter((security) => security.endsWith('resumed')).length
  return facts({
    ...{ seconds, calls, codes: { OK: calls } },
    histograms: { [WARM]: encodeLatencies(handshakes.flat().map(({ next }) => Math.round(1_000 * next))) },
    figures: {
      [ACCEPTED]: await ends.accepted(),
      [EXPECTED]: repeat * HANDSHAKE_CASES.length + made.length + tickets,
    },
    texts: {
      [TEXT]: JSON.stringify({ handshakes, batches: BATCHES.map((one) => batches[made.indexOf(one)]) }),
    },
  })
}

export interface MeasuredConnections {
  /** In the order of `HANDSHAKE_CASES`. */
  readonly handshakes: readonly (readonly FirstCalls[])[]
  /** In the order of `BATCHES`; null for one that takes too long at this distance. */
  readonly batches: readonly (BatchResult | null)[]
  readonly accepted: number
  readonly expected: number
  /** p50 of calls on open connections, in milliseconds. */
  readonly warmMs: number
}

export function readConnections({ texts = {}, figures, histograms }: Measured): MeasuredConnections {
  const { handshakes, batches } = JSON.parse(texts[TEXT] ?? '{"handshakes":[],"batches":[]}')
  return {
    ...{ handshakes, batches },
    accepted: figures[ACCEPTED] ?? Number.NaN,
    expected: figures[EXPECTED] ?? Number.NaN,
    warmMs: quantileMs(decodeHistogram(histograms[WARM] ?? ''), 0.5),
  }
}

export interface MeasuredCase {
  readonly name: string
  readonly case: (typeof HANDSHAKE_CASES)[number]
  readonly calls: readonly FirstCalls[]
  /** Median of the first calls, in milliseconds. */
  readonly firstMs: number
}

export function casesOf({ handshakes }: MeasuredConnections): readonly MeasuredCase[] {
  return HANDSHAKE_CASES.flatMap((one, at) => {
    const calls = handshakes[at] ?? []
    if (calls.length === 0) return []
    return [{ name: caseName(one), case: one, calls, firstMs: median(calls.map(({ first }) => first)) }]
  })
}
