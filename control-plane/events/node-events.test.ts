// Changes of nodes as events: how many, and how large.

import t from 'tap'
import type { EventData, EventName } from '../../api/schemas/events.ts'
import type { NodeStatus, XdsEvent } from '../../xds-server/index.ts'
import { CLUSTER } from '../../xds-server/index.ts'
import { nodeEvents } from './node-events.ts'

interface Published {
  readonly name: EventName
  readonly data: unknown
}

/** Nodes of a made-up cache, which a test changes, and what is published about them. */
function start(t: { teardown: (end: () => void) => void }, count: number) {
  const nodes = new Map<string, NodeStatus>()
  for (let index = 1; index <= count; index += 1) nodes.set(`n${index}`, statusOf(`n${index}`, 'v1'))
  const published: Published[] = []
  let woken = Promise.withResolvers<void>()
  const listeners = new Set<(event: XdsEvent) => void>()
  const hub = {
    publish: <Name extends EventName>(name: Name, data: EventData[Name]) => {
      published.push({ name, data })
      woken.resolve()
    },
  }
  const stop = nodeEvents(hub, {
    onEvent: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    status: () => [...nodes.values()],
    nodeStatus: (_group, id) => nodes.get(id) as NodeStatus,
  })()
  // Its timers keep no process alive.
  const alive = setInterval(() => {}, 1_000)
  t.teardown(() => {
    stop()
    clearInterval(alive)
  })
  const emit = (event: object) => {
    for (const listener of listeners) listener(event as XdsEvent)
  }
  const change = (id: string, version: string) => {
    nodes.set(id, statusOf(id, version))
    emit({ kind: 'acked', node: id, group: 'edge' })
  }
  const untilPublished = async (number: number) => {
    while (published.length < number) {
      await woken.promise
      woken = Promise.withResolvers()
    }
  }
  return { published, listeners, emit, change, untilPublished, stop }
}

function statusOf(id: string, version: string): NodeStatus {
  const type = {
    state: 'SYNCED',
    wildcard: true,
    names: 0,
    sentVersion: version,
    ackedVersion: version,
  } as const
  return { id, group: 'edge', connected: true, state: 'SYNCED', streams: [], types: { [CLUSTER]: type } }
}

t.test('many changes of one node are one event with its newest status', async (t) => {
  const { published, change, untilPublished } = start(t, 1)
  for (let version = 1; version <= 50; version += 1) change('n1', `v${version}`)
  await untilPublished(1)
  t.same(published, [
    {
      name: 'node',
      data: {
        id: 'n1',
        fleet: 'edge',
        connected: true,
        state: 'SYNCED',
        types: { [CLUSTER]: { state: 'SYNCED', sentVersion: 'v50', ackedVersion: 'v50' } },
      },
    },
  ])
})

t.test('a node has at most four events a second', async (t) => {
  const { published, change, untilPublished } = start(t, 1)
  change('n1', 'v2')
  await untilPublished(1)
  const first = performance.now()
  change('n1', 'v3')
  await untilPublished(2)
  // A timer may fire up to a millisecond early.
  t.ok(performance.now() - first >= 240, 'the second comes a quarter of a second later')
  t.match(published[1], { data: { types: { [CLUSTER]: { ackedVersion: 'v3' } } } })
})

t.test('a node whose status is the same as before has no event', async (t) => {
  const { published, change, untilPublished } = start(t, 2)
  change('n1', 'v2')
  await untilPublished(1)
  change('n1', 'v2')
  change('n2', 'v2')
  await untilPublished(2)
  t.match(published[1], { name: 'node', data: { id: 'n2' } })
})

t.test('a change of a thousand nodes comes in ten batches, with other work between them', async (t) => {
  const { published, emit, untilPublished } = start(t, 1_000)
  emit({ kind: 'snapshot', group: 'edge', versions: {} })
  await untilPublished(1)
  t.equal(published.length, 1, 'other work has its turn before the next batch')
  await untilPublished(10)
  t.ok(published.every(({ name, data }) => name === 'nodes' && (data as unknown[]).length === 100))
  const ids = published.flatMap(({ data }) =>
    (data as readonly { readonly id: string }[]).map(({ id }) => id),
  )
  t.equal(new Set(ids).size, 1_000)
})

t.test('after it was stopped, it listens no more', async (t) => {
  const { listeners, stop } = start(t, 1)
  t.equal(listeners.size, 1)
  stop()
  t.equal(listeners.size, 0)
})
