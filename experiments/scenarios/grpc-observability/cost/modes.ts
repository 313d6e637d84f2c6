// The ways to observe calls whose cost is compared.

export interface Mode {
  readonly id: ModeId
  readonly title: string
  /** What is on in Envoy and in the service. */
  readonly on: string
  /** The fleet of its Envoy. */
  readonly fleet: string
}

export type ModeId =
  | 'none'
  | 'control'
  | 'metrics'
  | 'traces-1'
  | 'traces-100'
  | 'access-log'
  | 'call-log'
  | 'payload-log'

/**
 * In the order of tables. All others are compared with the first. Each has a service of its own, which gets as many calls as the
 * others: V8 compiles a program better, the longer it runs.
 */
export const MODES: readonly Mode[] = [
  { id: 'none', title: 'nothing', on: 'nothing', fleet: 'none' },
  {
    ...{ id: 'control', title: 'nothing, again', fleet: 'control' },
    on: 'nothing, in other processes: what differs here is noise',
  },
  {
    ...{ id: 'metrics', title: 'metrics', fleet: 'metrics' },
    on: '`filters.grpcStats` of Envoy, counters and histograms of the service, and a scrape of both each second',
  },
  {
    ...{ id: 'traces-1', title: 'traces, 1 %', fleet: 'traces-1' },
    on: '`tracing` of Envoy at 1 %, and OpenTelemetry in the service, which follows it',
  },
  {
    ...{ id: 'traces-100', title: 'traces, 100 %', fleet: 'traces-100' },
    on: 'the same at 100 %, reported to a collector',
  },
  {
    ...{ id: 'access-log', title: 'access log', fleet: 'access-log' },
    on: "Envoy's `accessLog` into a file, as JSON",
  },
  {
    ...{ id: 'call-log', title: 'call log', fleet: 'none' },
    on: 'a line a call of the service, into a file',
  },
  {
    ...{ id: 'payload-log', title: 'payload log', fleet: 'none' },
    on: 'the same, and each request and response',
  },
]

/** Fleets, each with one Envoy. */
export const FLEETS = [...new Set(MODES.map(({ fleet }) => fleet))]
