// What `GET /metrics` says at one time: https://prometheus.io/docs/instrumenting/exposition_formats/

export interface MetricSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Scrape {
  /** In seconds since 1970. */
  readonly at: number
  readonly samples: readonly MetricSample[]
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** Comments and lines of other shapes are left out. */
export function parseMetrics(text: string): readonly MetricSample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value = ''] = LINE.exec(line) ?? []
    if (name === undefined) return []
    const found = [...labels.matchAll(LABEL)].map(([, key = '', text = '']) => [key, unescaped(text)])
    return [{ name, labels: Object.fromEntries(found), value: Number(value.replace('Inf', 'Infinity')) }]
  })
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
}

/** The sum of the series that have these labels. */
export function sumOf(
  { samples }: Scrape,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels)
  return samples.reduce(
    (sum, one) =>
      one.name === name && wanted.every(([key, value]) => one.labels[key] === value) ? sum + one.value : sum,
    0,
  )
}

/** How much a counter grew in a second; null if it began anew. */
export function rateOf(
  before: Scrape,
  after: Scrape,
  ...what: [name: string, labels?: Record<string, string>]
) {
  const growth = sumOf(after, ...what) - sumOf(before, ...what)
  return growth < 0 || after.at <= before.at ? null : growth / (after.at - before.at)
}

/**
 * A quantile of a histogram's observations between two scrapes, as `histogram_quantile` computes it; null without observations.
 * @param name without `_bucket`
 */
export function quantileOf(
  before: Scrape,
  after: Scrape,
  quantile: number,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const edges = new Set(
    after.samples.flatMap((one) => (one.name === `${name}_bucket` ? (one.labels.le ?? []) : [])),
  )
  const buckets = [...edges]
    .map((le) => {
      const of = [`${name}_bucket`, { ...labels, le }] as const
      return {
        edge: Number(le.replace('+Inf', 'Infinity')),
        count: sumOf(after, ...of) - sumOf(before, ...of),
      }
    })
    .sort((one, other) => one.edge - other.edge)
  const total = buckets.at(-1)?.count ?? 0
  if (!(total > 0)) return null
  const rank = quantile * total
  const index = buckets.findIndex(({ count }) => count >= rank)
  const { edge = 0, count = 0 } = buckets[index] ?? {}
  const below = buckets[index - 1] ?? { edge: 0, count: 0 }
  if (edge === Number.POSITIVE_INFINITY) return below.edge
  return below.edge + ((edge - below.edge) * (rank - below.count)) / (count - below.count)
}
