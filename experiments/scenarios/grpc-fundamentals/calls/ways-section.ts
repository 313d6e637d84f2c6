// What an Envoy changes: how long moments take to reach the other side, and whether both sides see the same in the same order.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { spreadOf } from '../../../../harness/statistics/rounds.ts'
import { find, type Moment, viewOf } from './moment.ts'
import { STORIES } from './stories/stories.ts'
import type { Story } from './story.ts'
import { momentsOf } from './told.ts'
import type { Way } from './ways.ts'

/** Pairs of moments, from one side to the other, in the words of the table. */
const JOURNEYS: readonly (readonly [title: string, story: string, from: string, to: string])[] = [
  ['headers to the server', 'upload-to-the-end', 'client sends headers', 'server receives headers'],
  ['a message to the server', 'upload-to-the-end', 'client sends message 2', 'server receives message 2'],
  ['a message to the client', 'stream-to-the-end', 'server sends message b', 'client receives message b'],
  ['half-close to the server', 'half-close', 'client sends half-close', 'server receives half-close'],
  ['a status to the client', 'half-close', 'server sends status OK', 'client receives status OK'],
  ['an early answer to the client', 'early-answer', 'server sends status OK', 'client receives status OK'],
  ['cancel to the server', 'reader-leaves', 'client sends cancel', 'server receives cancel'],
  ['cancel to its own client', 'reader-leaves', 'client sends cancel', 'client receives status CANCELLED'],
]

export function waysSections(results: Results): readonly Section[] {
  const took = (id: string, from: string, to: string, way: Way): number | undefined => {
    const story = STORIES.find((one) => one.id === id)
    const times = story === undefined ? [] : momentsOf(results, story, way).flatMap(msBetween(from, to))
    return times.length === 0 ? undefined : spreadOf(times).median
  }
  const rows = JOURNEYS.map(([title, id, from, to]) => [
    title,
    took(id, from, to, 'direct'),
    took(id, from, to, 'envoy'),
  ])
  if (rows.every(([, direct, envoy]) => direct === undefined && envoy === undefined)) return []
  return [
    {
      kind: 'table',
      title: 'What an Envoy changes',
      says: `An Envoy at L7 passes on each event, at once: it does not collect the messages of a stream, and half-close, cancel, an early answer and trailers arrive as they were sent. ${sameOf(results)} Times are medians over the rounds. Client and server share a process and its core, and Envoy has one of its own, so on a busy machine much of a time is waiting for a core: see the load before the run in the environment.`,
      columns: [
        { title: 'what travels' },
        { title: 'directly', unit: 'ms', decimals: 2 },
        { title: 'through Envoy', unit: 'ms', decimals: 2 },
      ],
      rows,
    },
  ]
}

function msBetween(from: string, to: string) {
  return (moments: readonly Moment[]): readonly number[] => {
    const [begin, end] = [find(moments, from), find(moments, to)]
    return begin === undefined || end === undefined ? [] : [end.atMs - begin.atMs]
  }
}

/** How many stories look the same to both sides on both ways, and which do not. */
function sameOf(results: Results): string {
  const told = STORIES.filter((story) => momentsOf(results, story, 'envoy').length > 0)
  const differing = told.filter((story) => !looksTheSame(results, story))
  const same = `In the first round, ${told.length - differing.length} of ${told.length} stories look exactly the same to each side on both ways.`
  if (differing.length === 0) return same
  const names = differing.map(({ id }) => `\`${id}\``).join(', ')
  return `${same} In the others (${names}), what was on its way when the call ended differs, as it does from run to run.`
}

function looksTheSame(results: Results, story: Story): boolean {
  const view = (way: Way) => {
    const moments = momentsOf(results, story, way)[0] ?? []
    return JSON.stringify([viewOf(moments, 'client'), viewOf(moments, 'server')])
  }
  return view('direct') === view('envoy')
}
