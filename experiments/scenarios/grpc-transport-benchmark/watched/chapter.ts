// Prometheus during the runs: what a dashboard shows of several transports side by side.

import { TRANSPORTS } from '../../../../dashboards/boards/transports.ts'
import type { Chapter } from '../../../../harness/chapter.ts'
import { check, type Finding } from '../../../../harness/check.ts'
import { NEEDS_PROMETHEUS } from '../../../../harness/needs.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import type { PanelAnswer } from '../../grpc-observability/dashboards/ask-panels.ts'
import { FIGURES, measureWatched, PANELS } from './measure.ts'

const RUN = 'watched.transports'

/** By its legend: no transport loses a connection here. */
const MAY_STAY_ZERO = 'Failed calls'

export const WATCHED: Chapter = {
  title: 'Seen by Prometheus',
  runs: () => [
    {
      id: RUN,
      labels: { dashboard: TRANSPORTS.title },
      needs: [NEEDS_PROMETHEUS],
      rounds: 1,
      seconds: 12,
      measure: measureWatched,
    },
  ],
  checks,
  sections,
}

function measuredIn({ runs }: Results): Measured | undefined {
  return runs.find(({ id, measured }) => id === RUN && measured !== undefined)?.measured
}

function checks(results: Results): readonly Check[] {
  const { figures = {}, texts = {}, series = [] } = measuredIn(results) ?? {}
  const transports = series.map(({ name }) => name)
  const answers = JSON.parse(texts[PANELS] ?? '[]') as readonly PanelAnswer[]
  return [
    check(
      'O8.14',
      'Prometheus counts the calls that the load generators count, while they run',
      transports.map((id): Finding => {
        const [before = Number.NaN, scraped = Number.NaN, after = Number.NaN] = [
          figures[FIGURES.before(id)],
          figures[FIGURES.scraped(id)],
          figures[FIGURES.after(id)],
        ]
        return {
          fact: `${id}: ${before} calls, ${scraped} by Prometheus, then ${after}`,
          holds: before > 0 && before <= scraped && scraped <= after,
        }
      }),
    ),
    check(
      'O8.15',
      `No panel of "${TRANSPORTS.title}" is empty`,
      answers.map(
        ({ panel, legend, series: found, most = 0 }): Finding => ({
          fact: `${panel}, ${legend}: ${found} series`,
          holds: found > 0 && (most > 0 || panel === MAY_STAY_ZERO),
        }),
      ),
    ),
  ]
}

function sections(results: Results): readonly Section[] {
  const measured = measuredIn(results)
  if (measured === undefined) return []
  const { series = [], texts = {} } = measured
  const answers = JSON.parse(texts[PANELS] ?? '[]') as readonly PanelAnswer[]
  return [
    {
      kind: 'timeline',
      title: 'The median call by transport, over time',
      says: 'As Prometheus computes it from the histograms of the load generators, which made the same calls over all transports at the same time. Its buckets are 26 % apart: read the order of transports here, and figures in the matrix.',
      unit: 'µs',
      rows: series.map(({ name, points }) => ({ label: name, points })),
      marks: [],
    },
    {
      kind: 'table',
      title: `Dashboard "${TRANSPORTS.title}"`,
      says: `${TRANSPORTS.description} \`npx yard dashboards\` writes it for Grafana. Each of its queries was run against the Prometheus of this run.`,
      columns: [
        { title: 'panel' },
        { title: 'query' },
        { title: 'series', decimals: 0 },
        { title: 'most', decimals: 4 },
      ],
      rows: answers.map(({ panel, legend, series: found, most }) => [panel, legend, found, most]),
    },
  ]
}
