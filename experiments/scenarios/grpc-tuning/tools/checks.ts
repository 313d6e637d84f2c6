// What must hold of both tools, on any machine: calls are answered, and no tool has more of them under way than its concurrency.

import { check } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { totalOver } from '../../../../harness/statistics/rounds.ts'
import { decodeHistogram, quantileMs } from '../../../../testbed/measure/histogram.ts'
import { checkAgreement } from './comparisons.ts'
import { CONCURRENCY, LOADS } from './loads.ts'
import { measuredLoads } from './measured-loads.ts'

const ROW = 'O7.7'

export function checksOf(results: Results): readonly Check[] {
  const loads = measuredLoads(results)
  const agreement = { ...checkAgreement(results), row: ROW }
  return [
    check(
      ROW,
      'ghz and our load generator get an answer to every call, over TCP, a Unix socket and TLS',
      loads.map(({ name, rounds }) => {
        const [calls, failed] = [totalOver(rounds, (round) => round.calls), totalOver(rounds, failedOf)]
        return { fact: `${name}: ${failed} of ${calls} calls failed`, holds: calls > 0 && failed === 0 }
      }),
    ),
    check(
      ROW,
      'In a closed loop, calls a second times mean latency is at most the concurrency, whichever tool counts',
      loads
        .filter(({ load }) => LOADS[load].loop === 'closed')
        .flatMap(({ name, rounds }) => rounds.map((round) => underWay(name, round))),
    ),
    // Before it was measured in several rounds, it has nothing to say.
    ...(agreement.outcome === 'not measured' && !loads.some(({ rounds }) => rounds.length > 1)
      ? []
      : [agreement]),
  ]
}

/** A call that began in the window is timed until its end, at most the longest one after it. */
function underWay(name: string, { histograms, seconds }: Measured) {
  const service = decodeHistogram(histograms.service ?? '')
  const atOnce = (service.mean * service.totalCount) / 1e6 / seconds
  const most = CONCURRENCY * (1 + quantileMs(service, 1) / 1_000 / seconds)
  return { fact: `${name}: ${atOnce.toFixed(1)} of ${CONCURRENCY}`, holds: atOnce <= most }
}
