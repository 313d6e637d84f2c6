// A restart of all backends, one after the other: drained as a deployment should do it, and killed as a crash does.

import type { Change } from './change.ts'
import type { Stage } from './stage.ts'

const BACKENDS = ['b1', 'b2', 'b3']
const WAYS = [
  ...['envoy-l4', 'envoy-l7-round-robin', 'envoy-l7-least-request'],
  ...['dns-round-robin', 'xds-node', 'nginx-keep-alive', 'haproxy-roundrobin'],
]

export const ROLLING_RESTART: Change = {
  id: 'rolling-restart',
  title: 'all backends restart one by one, drained before',
  ways: WAYS,
  play: (stage) => restartAll(stage, drained),
}

export const ROLLING_CRASH: Change = {
  id: 'rolling-crash',
  title: 'all backends restart one by one, killed',
  ways: WAYS,
  play: (stage) => restartAll(stage, killed),
}

async function restartAll(stage: Stage, end: (stage: Stage, id: string) => Promise<void>): Promise<void> {
  await stage.phase('before')
  for (const id of BACKENDS) {
    await end(stage, id)
    await stage.backends.start(id)
    await stage.route(BACKENDS)
    stage.mark(`${id} is back`)
    await stage.untilAnswers(id)
  }
  await stage.phase('in the end')
}

/** New calls go elsewhere before the backend says so itself by GOAWAY; then it ends. */
async function drained(stage: Stage, id: string): Promise<void> {
  stage.mark(`${id} drains`)
  await stage.route(
    BACKENDS.filter((other) => other !== id),
    [id],
  )
  await stage.backends.get(id).drain()
  await stage.untilLeft(id)
  await stage.backends.stop(id)
}

/** Nobody knows before. */
async function killed(stage: Stage, id: string): Promise<void> {
  stage.mark(`${id} killed`)
  await stage.backends.kill(id)
}
