// OpenTelemetry's own collector between Envoy and the receiver of the scenario: the trace stays whole, and spans become metrics.

import { setTimeout } from 'node:timers/promises'
import { facts } from '../../../../harness/facts.ts'
import { NEEDS_ENVOY, NEEDS_GO } from '../../../../harness/needs.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { startCollector } from '../../../../testbed/otlp/collector.ts'
import { shapeOf } from '../../../../testbed/otlp/trace-tree.ts'
import { holdsText, runIdOf } from './figures.ts'
import { WHOLE } from './runs.ts'
import { EDGE, tracedBed, untilTraces } from './traced-bed.ts'

/** Its place in the report and the checks. */
export const COLLECTOR_RUN = {
  id: 'collector',
  row: 'O5.6',
  title: "OpenTelemetry's collector passes the spans of Envoy on, and counts them for Prometheus",
} as const

const CALLS = 50
const POLL_MS = 100

/** Building it takes minutes the first time, so it is no part of the quick profile. */
export const COLLECTOR: Run = {
  id: runIdOf(COLLECTOR_RUN),
  labels: { traces: COLLECTOR_RUN.title },
  needs: [NEEDS_ENVOY, NEEDS_GO],
  seconds: 30,
  rounds: 1,
  measure,
}

async function measure(context: RunContext) {
  const bed = await tracedBed(context)
  const collector = await startCollector(context.group, context.folder, bed.receiver.address)
  await bed.callThrough('a')
  await bed.reportTo(collector.address)
  try {
    bed.receiver.clear()
    await bed.clients.client.ask({ call: 'work', count: CALLS })
    const traces = await untilTraces(bed, CALLS, 6)
    const counted = await untilCounted(collector.metricsUrl, 2 * CALLS, context.signal)
    return facts({
      calls: CALLS,
      texts: {
        [holdsText(`${traces.length} traces of ${CALLS} calls, each ${WHOLE}`)]: String(
          traces.length === CALLS && traces.every((spans) => shapeOf(spans) === WHOLE),
        ),
        [holdsText(`${counted} spans of Envoy in the metrics, a call and an attempt each`)]: String(
          counted === 2 * CALLS,
        ),
      },
    })
  } finally {
    await bed.reportTo(bed.receiver.address)
  }
}

/** The spans of Envoy that the collector has counted, once they are as many: it counts behind the spans. */
async function untilCounted(url: string, wanted: number, signal: AbortSignal): Promise<number> {
  for (;;) {
    const counted = countIn(await (await fetch(url, { signal })).text())
    if (counted >= wanted) return counted
    await setTimeout(POLL_MS, undefined, { signal })
  }
}

function countIn(metrics: string): number {
  return metrics
    .split('\n')
    .filter((line) => /^\w*calls_total\{/.test(line) && line.includes(`service_name="${EDGE}"`))
    .reduce((sum, line) => sum + Number(/\} (\S+)/.exec(line)?.[1]), 0)
}
