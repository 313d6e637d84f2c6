// How a process of Node is started so that it reports its calls to a collector.

import { sourceFile } from '../part.ts'

export interface Traced {
  /** Its name in traces. */
  readonly service: string
  /** `HOST:PORT` of the collector. */
  readonly collector: string
  /** The share of traces that it keeps of those that begin there, 0 to 1. Default: 1. */
  readonly ratio?: number
}

/** Spans are sent this soon, so that nobody waits for them long. */
const DELAY_MS = 100

/** Arguments of Node before the program, and variables of the environment. Without `traced`, there are none. */
export function tracedArgs(traced: Traced | undefined): {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
} {
  if (traced === undefined) return { args: [], env: {} }
  const { service, collector, ratio = 1 } = traced
  return {
    args: ['--import', sourceFile('services/tracing/register.ts')],
    env: {
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${collector}`,
      OTEL_TRACES_SAMPLER_ARG: String(ratio),
      OTEL_BSP_SCHEDULE_DELAY: String(DELAY_MS),
    },
  }
}
