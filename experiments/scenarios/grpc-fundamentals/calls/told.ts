// Runs that tell stories, and their moments in results.

import { facts } from '../../../../harness/facts.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { startTap } from '../../../../testbed/http2/tap.ts'
import { openChannel } from './echo-channel.ts'
import type { Moment } from './moment.ts'
import { STORIES, TITLES } from './stories/stories.ts'
import type { Kind, Story } from './story.ts'
import { serverOn, WAY_TITLES, type Way } from './ways.ts'
import { framesOf, storyStream, type WireFrame } from './wire.ts'

const idOf = (kind: Kind, way: Way) => `calls.${TITLES[kind].replace(' ', '-')}.${way}`

const framesKey = ({ id }: Story) => `${id}: frames`

/** Tells all stories of a kind of call on one connection, through a tap that sees its frames. */
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
  const tap = await startTap({ to: address, keepBytes: false })
  const channel = openChannel(tap.address)
  const texts: Record<string, string> = {}
  try {
    for (const story of STORIES.filter((one) => one.kind === kind)) {
      const { moments } = await server.tell(story, channel)
      texts[story.id] = JSON.stringify(moments)
      const seen = tap.connections().flatMap(({ frames }) => frames)
      texts[framesKey(story)] = JSON.stringify(framesOf(seen, storyStream(seen)))
    }
  } finally {
    channel.close()
    await tap.stop()
  }
  return facts({ texts })
}

/** The frames of a story between the client and the server, or the Envoy, in the first round. */
export function framesIn(results: Results, story: Story, way: Way): readonly WireFrame[] | undefined {
  const text = roundsOf(results, idOf(story.kind, way))[0]?.texts?.[framesKey(story)]
  return text === undefined ? undefined : (JSON.parse(text) as WireFrame[])
}

/** The moments of a story, by round; empty if it was not measured. */
export function momentsOf(results: Results, { kind, id }: Story, way: Way): readonly (readonly Moment[])[] {
  return roundsOf(results, idOf(kind, way)).flatMap(({ texts }) => {
    const text = texts?.[id]
    return text === undefined ? [] : [JSON.parse(text) as Moment[]]
  })
}
