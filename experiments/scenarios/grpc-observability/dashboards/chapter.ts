// Dashboards: each query of each panel, against a Prometheus that has seen everything that they are about.

import { BOARDS } from '../../../../dashboards/all.ts'
import type { Chapter } from '../../../harness/chapter.ts'
import { check, type Finding } from '../../../harness/check.ts'
import { facts } from '../../../harness/facts.ts'
import { NEEDS_ENVOY, NEEDS_PROMETHEUS } from '../../../harness/needs.ts'
import type { Section } from '../../../harness/report/section.ts'
import type { Check, Measured, Results } from '../../../harness/results.ts'
import type { RunContext } from '../../../harness/scenario.ts'
import { inTurn } from '../metrics/calls.ts'
import { STORIES } from '../metrics/stories.ts'
import { type ObservedEdge, observedEdge } from '../observed-edge.ts'
import { askPanels, type PanelAnswer } from './ask-panels.ts'
import { provokeNack } from './provoke-nack.ts'

const RUN = 'dashboards.queries'

/** By the id of the dashboard. */
const ROWS: Readonly<Record<string, string>> = {
  'switchyard-red': 'O5.11',
  'switchyard-per-method': 'O5.12',
  'switchyard-streams': 'O5.3',
  'switchyard-pools': 'O5.4',
  'switchyard-control-plane': 'O5.11',
}

/** Legends of queries about moments that a scrape may miss. All others are about something that has happened. */
const MAY_STAY_ZERO: ReadonlySet<string> = new Set(['waiting'])

/** Enough for each story to happen. */
const CALLS = 10

export const DASHBOARDS: Chapter = {
  title: 'Dashboards',
  runs: () => [
    {
      id: RUN,
      labels: { dashboards: String(BOARDS.length) },
      needs: [NEEDS_ENVOY, NEEDS_PROMETHEUS],
      rounds: 1,
      seconds: 15,
      measure,
    },
  ],
  checks,
  sections,
}

async function measure(context: RunContext): Promise<Measured> {
  const edge = await observedEdge(context)
  const from = Date.now() / 1_000
  await liveThroughAll(edge, context.signal)
  await edge.prometheus.untilScraped(context.signal)
  const answers = await askPanels(BOARDS, edge.prometheus, { from, to: Date.now() / 1_000 })
  return facts({
    figures: {
      panels: new Set(answers.map(({ board, panel }) => `${board} ${panel}`)).size,
      queries: answers.length,
    },
    texts: Object.fromEntries(answers.map((answer) => [keyOf(answer), JSON.stringify(answer)])),
  })
}

/** What the panels are about: calls that go well and wrong in each way, and a change that a node rejects. */
async function liveThroughAll(edge: ObservedEdge, signal: AbortSignal): Promise<void> {
  await inTurn(STORIES.length, async (index) => {
    const story = STORIES[index]
    if (story === undefined) return
    await edge.turn(story.settings ?? {})
    await story.run(edge, CALLS, signal)
    // Between two stories: a rate needs two scrapes.
    await edge.prometheus.untilScraped(signal)
  })
  await edge.turn({})
  await provokeNack(edge)
}

const keyOf = ({ board, panel, legend }: PanelAnswer) => `${board} / ${panel} / ${legend}`

function answersIn({ runs }: Results): readonly PanelAnswer[] {
  const measured = runs.find(({ id, measured: found }) => id === RUN && found !== undefined)?.measured
  return Object.values(measured?.texts ?? {}).map((text) => JSON.parse(text) as PanelAnswer)
}

function checks(results: Results): readonly Check[] {
  const answers = answersIn(results)
  return BOARDS.map(({ id, title }) => {
    const own = answers.filter(({ board }) => board === id)
    const findings = own.map(
      ({ panel, legend, series, most = 0 }): Finding => ({
        fact: `${panel}, ${legend}: ${series} series`,
        holds: series > 0 && (most > 0 || MAY_STAY_ZERO.has(legend)),
      }),
    )
    return check(ROWS[id] ?? '–', `No panel of "${title}" is empty`, findings)
  })
}

function sections(results: Results): readonly Section[] {
  const answers = answersIn(results)
  return BOARDS.map(({ id, title, description }) => ({
    kind: 'table' as const,
    title,
    says: `${description} Each query was run against the Prometheus of this run, over the time in which all of the above happened again.`,
    columns: [
      { title: 'panel' },
      { title: 'query' },
      { title: 'series', decimals: 0 },
      { title: 'most', decimals: 3 },
    ],
    rows: answers
      .filter(({ board }) => board === id)
      .map(({ panel, legend, series, most }) => [panel, legend, series, most]),
  }))
}
