// More backends, and fewer, while calls are made.

import type { Change } from './change.ts'
import { TIME_TO_NONE, TIME_TO_SHARE, timeToNone, timeToShare } from './figures.ts'

const BACKENDS = ['b1', 'b2', 'b3']
const ADDED = 'b4 added'
const REMOVED = 'b3 removed'

const ALL_WAYS = [
  ...['envoy-l4', 'envoy-l7-round-robin', 'envoy-l7-least-request'],
  ...['dns-round-robin', 'xds-node', 'nginx', 'haproxy'],
]

/** Ways that ask for backends with a new connection only. */
const ASKS_LATE = ['envoy-l4', 'dns-round-robin']
/** As long as the other phases of a run: then it is plain that connections stay. */
const PHASES = 2

function scaleUp(patienceFor: (way: string) => number | undefined) {
  return {
    spare: 1,
    play: async (stage) => {
      await stage.phase('before')
      await stage.route([...BACKENDS, 'b4'])
      stage.mark(ADDED)
      await stage.untilAnswers('b4', patienceFor(stage.way.id))
      await stage.phase('in the end')
    },
    figures: (measured) => ({ [TIME_TO_SHARE]: timeToShare(measured, 'b4', ADDED, 1 / 4) }),
  } satisfies Partial<Change>
}

export const SCALE_UP: Change = {
  ...scaleUp((way) => (ASKS_LATE.includes(way) ? PHASES : undefined)),
  id: 'scale-up',
  title: 'a fourth backend is added',
  ways: ALL_WAYS,
}

/** Connections that last for as long as a long test takes, and no longer, so that a short one sees several of them. */
export const AGE_MS = 500

export const SCALE_UP_BY_AGE: Change = {
  ...scaleUp(() => undefined),
  id: 'scale-up-by-age',
  title: `a fourth backend is added, and backends end connections after ${AGE_MS} ms`,
  ways: ['envoy-l4', 'dns-round-robin'],
  maxConnectionAgeMs: AGE_MS,
}

export const SCALE_DOWN: Change = {
  id: 'scale-down',
  title: 'a backend is removed, which still runs',
  ways: ALL_WAYS,
  play: async (stage) => {
    await stage.phase('before')
    await stage.route(BACKENDS.filter((id) => id !== 'b3'))
    stage.mark(REMOVED)
    await stage.phase('in the end')
  },
  figures: (measured) => ({ [TIME_TO_NONE]: timeToNone(measured, 'b3', REMOVED) }),
}

/** The price of a cure: the same calls, with connections that end. */
const price = {
  play: async (stage) => {
    const count = await stage.countConnections(BACKENDS)
    await stage.phase('before')
    await stage.phase('in the end')
    await count()
  },
} satisfies Partial<Change>

export const AGE_WAYS = ['envoy-l4']
export const WITHOUT_AGE: Change = {
  ...price,
  id: 'without-age',
  title: 'connections stay',
  ways: AGE_WAYS,
}
export const WITH_AGE: Change = {
  ...price,
  id: 'with-age',
  title: `backends end connections after ${AGE_MS} ms`,
  ways: AGE_WAYS,
  maxConnectionAgeMs: AGE_MS,
}
