// Dashboards: each query of each panel, against a Prometheus that has seen everything that they are about.

import { ALERTS } from '../../../../dashboards/alerts.ts'
import { BOARDS } from '../../../../dashboards/boards/all.ts'
import type { Chapter } from '../../../../harness/chapter.ts'
import { check, type Finding } from '../../../../harness/check.ts'
import { facts } from '../../../../harness/facts.ts'
import { NEEDS_ENVOY, NEEDS_PROMETHEUS } from '../../../../harness/needs.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { PrometheusClient, Rule } from '../../../../testbed/prometheus/prometheus-client.ts'
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
  await liveThroughAll(edge, context.signal)
  await edge.prometheus.untilScraped(context.signal)
  const rules = await untilAlert(edge.prometheus, 'SwitchyardNack', context.signal)
  const answers = await askPanels(BOARDS, edge.prometheus, {
    from: edge.since,
    to: Date.now() / 1_000,
  })
  return facts({
    figures: {
      panels: new Set(answers.map(({ board, panel }) => `${board} ${panel}`)).size,
      queries: answers.length,
      rules: rules.length,
      'rules that cannot be evaluated': rules.filter(({ health }) => health !== 'ok').length,
    },
    texts: Object.fromEntries(answers.map((answer) => [keyOf(answer), JSON.stringify(answer)])),
  })
}

/** @returns all rules, once this alert is raised. If it never is, the run ends by its time limit. */
async function untilAlert(
  prometheus: PrometheusClient,
  alert: string,
  signal: AbortSignal,
): Promise<readonly Rule[]> {
  for (;;) {
    const rules = await prometheus.rules()
    if (rules.some(({ name, state }) => name === alert && state === 'firing')) return rules
    await prometheus.untilScraped(signal)
  }
}

/** What the panels are about: calls that go well and wrong in each way, unless the runs before have done so, and a change that a node rejects. */
async function liveThroughAll(edge: ObservedEdge, signal: AbortSignal): Promise<void> {
  const unseen = STORIES.filter(({ id }) => !edge.seen.has(id))
  for (const story of unseen) {
    await edge.turn(story.settings ?? {})
    await story.run(edge, CALLS, signal)
    // Between two stories: a rate needs two scrapes.
    await edge.prometheus.untilScraped(signal)
  }
  await edge.turn({})
  await provokeNack(edge)
}

const keyOf = ({ board, panel, legend }: PanelAnswer) => `${board} / ${panel} / ${legend}`

function measuredIn({ runs }: Results): Measured | undefined {
  return runs.find(({ id, measured }) => id === RUN && measured !== undefined)?.measured
}

function answersIn(results: Results): readonly PanelAnswer[] {
  return Object.values(measuredIn(results)?.texts ?? {}).map((text) => JSON.parse(text) as PanelAnswer)
}

/** The run itself waits for the alert of the NACK. */
function checkOfRules(results: Results): Check {
  const figures = measuredIn(results)?.figures
  const findings: readonly Finding[] = figures
    ? [
        {
          fact: `${figures.rules} of ${ALERTS.length} rules are loaded`,
          holds: figures.rules === ALERTS.length,
        },
        { fact: 'all are evaluated', holds: figures['rules that cannot be evaluated'] === 0 },
        { fact: 'the NACK of a node raises an alert', holds: true },
      ]
    : []
  return check('O5.11', 'Prometheus evaluates the alert rules', findings)
}

function checks(results: Results): readonly Check[] {
  const answers = answersIn(results)
  const ofBoards = BOARDS.map(({ id, title }) => {
    const own = answers.filter(({ board }) => board === id)
    const findings = own.map(
      ({ panel, legend, series, most = 0 }): Finding => ({
        fact: `${panel}, ${legend}: ${series} series`,
        holds: series > 0 && (most > 0 || MAY_STAY_ZERO.has(legend)),
      }),
    )
    return check(ROWS[id] ?? '–', `No panel of "${title}" is empty`, findings)
  })
  return [...ofBoards, checkOfRules(results)]
}

function sections(results: Results): readonly Section[] {
  const answers = answersIn(results)
  return BOARDS.map(({ id, title, description }) => ({
    kind: 'table' as const,
    title,
    says: `${description} Each query was run against the Prometheus of this run, over the time in which all of the above happened.`,
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
