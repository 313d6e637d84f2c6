// What a dashboard is, as data: Grafana's JSON, the check of its queries and the documentation are made from it.

export interface Board {
  /** In Grafana's addresses, and the name of its file. */
  readonly id: string
  readonly title: string
  readonly description: string
  readonly rows: readonly Row[]
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Panel {
  readonly title: string
  /** What one sees in it, and what to do about it. */
  readonly says: string
  /** `value` is one number of the whole time range. */
  readonly kind: 'lines' | 'heatmap' | 'value'
  readonly unit: Unit
  readonly queries: readonly Query[]
  /** Dashed lines at these values, the worst last. */
  readonly thresholds?: readonly { readonly from: number; readonly color: 'green' | 'orange' | 'red' }[]
  /** Shown once for each value of this variable. */
  readonly repeat?: Variable
  /** Whether points lead to traces. */
  readonly exemplars?: boolean
}

export interface Query {
  /** PromQL, in which `$NAME` is a regular expression: the chosen values of a variable. */
  readonly expr: string
  /** Of its series, with labels in double braces. */
  readonly legend: string
}

/** What a person chooses in Grafana: gRPC services, or transports of the benchmark. */
export const VARIABLES = {
  service: {
    label: 'Service',
    values: 'label_values({__name__=~"grpc_(client|server)_started_total"}, grpc_service)',
  },
  transport: { label: 'Transport', values: 'label_values(switchyard_load_call_seconds_count, transport)' },
} as const
export type Variable = keyof typeof VARIABLES

/** Those that its queries use. */
export function variablesOf({ rows }: Board): readonly Variable[] {
  const queries = rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries))
  return (Object.keys(VARIABLES) as Variable[]).filter((name) =>
    queries.some(({ expr }) => expr.includes(`$${name}`)),
  )
}

/** What Grafana calls them: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
export const UNITS = {
  'calls a second': 'reqps',
  'a second': 'cps',
  count: 'short',
  share: 'percentunit',
  seconds: 's',
} as const
export type Unit = keyof typeof UNITS

/** Of a panel, by its title: unique in a dashboard. */
export function panelId({ title }: Pick<Panel, 'title'>): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

/** Calls of the chosen services. */
export const SERVICE = 'grpc_service=~"$service"'

/** How fast a counter grows. @param by labels that stay, such as `grpc_method` */
export function rate(series: string, ...by: readonly string[]): string {
  return `${sumBy(by)}(rate(${series}[$__rate_interval]))`
}

/** A percentile of a histogram, from 0 to 1. @param series without `_bucket` */
export function quantile(of: number, series: string, selector: string, ...by: readonly string[]): string {
  return `histogram_quantile(${of}, ${rate(`${series}_bucket{${selector}}`, 'le', ...by)})`
}

export function sumBy(labels: readonly string[]): string {
  return labels.length === 0 ? 'sum' : `sum by (${labels.join(', ')}) `
}
