// Runs that tell stories, and their moments in results.

import { facts } from '../../../harness/facts.ts'
import type { Results } from '../../../harness/results.ts'
import type { Run, RunContext } from '../../../harness/scenario.ts'
import { roundsOf } from '../../../harness/statistics/rounds.ts'
import { openChannel } from './echo-channel.ts'
import type { Moment } from './moment.ts'
import { STORIES, TITLES } from './stories/stories.ts'
import type { Kind, Story } from './story.ts'
import { serverOn, WAY_TITLES, type Way } from './ways.ts'

const idOf = (kind: Kind, way: Way) => `calls.${TITLES[kind].replace(' ', '-')}.${way}`

/** Tells all stories of a kind of call on one connection. */
export function toldRun(kind: Kind, way: Way): Run {
  return {
    id: idOf(kind, way),
    labels: { calls: TITLES[kind], way: WAY_TITLES[way] },
    seconds: 2,
    measure: (context) => tell(context, kind, way),
  }
}

async function tell(context: RunContext, kind: Kind, way: Way) {
  const { server, address } = await serverOn(context, way)
  const channel = openChannel(address)
  const texts: Record<string, string> = {}
  try {
    for (const story of STORIES.filter((one) => one.kind === kind)) {
      const { moments } = await server.tell(story, channel)
      texts[story.id] = JSON.stringify(moments)
    }
  } finally {
    channel.close()
  }
  return facts({ texts })
}

/** The moments of a story, by round; empty if it was not measured. */
export function momentsOf(results: Results, { kind, id }: Story, way: Way): readonly (readonly Moment[])[] {
  return roundsOf(results, idOf(kind, way)).flatMap(({ texts }) => {
    const text = texts?.[id]
    return text === undefined ? [] : [JSON.parse(text) as Moment[]]
  })
}
