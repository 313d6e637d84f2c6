// More backends, and fewer, while calls are made.

import type { Change } from './change.ts'
import { TIME_TO_NONE, TIME_TO_SHARE, timeToNone, timeToShare } from './figures.ts'
import { PATIENCE } from './stage.ts'

const BACKENDS = ['b1', 'b2', 'b3']
const ADDED = 'b4 added'
const REMOVED = 'b3 removed'

const ALL_WAYS = [
  ...['envoy-l4', 'envoy-l7-round-robin', 'envoy-l7-least-request'],
  ...['dns-round-robin', 'xds-node'],
]

/** @param phases that it waits for the first call. Default: as long as makes sense for the way */
function scaleUp(phases?: number) {
  return {
    spare: 1,
    play: async (stage) => {
      await stage.phase('before')
      stage.mark(ADDED)
      await stage.route([...BACKENDS, 'b4'])
      await stage.untilAnswers('b4', phases)
      await stage.phase('in the end')
    },
    figures: (measured) => ({ [TIME_TO_SHARE]: timeToShare(measured, 'b4', ADDED, 1 / 4) }),
  } satisfies Partial<Change>
}

export const SCALE_UP: Change = {
  ...scaleUp(),
  id: 'scale-up',
  title: 'a fourth backend is added',
  ways: ALL_WAYS,
}

/** Connections that last for as long as a long test takes, and no longer, so that a short one sees several of them. */
export const AGE_MS = 500

export const SCALE_UP_BY_AGE: Change = {
  ...scaleUp(PATIENCE),
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
    stage.mark(REMOVED)
    await stage.route(BACKENDS.filter((id) => id !== 'b3'))
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
