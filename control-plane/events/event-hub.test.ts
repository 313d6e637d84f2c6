// Readers that come, leave and come back, and what an event costs without readers.

import t from 'tap'
import { decodeEvents, type ServerEvent } from '../../api/event-stream.ts'
import type { TestbedLoad } from '../../api/schemas/testbed.ts'
import { EventHub } from './event-hub.ts'

const load = (calls: number): TestbedLoad => ({
  running: true,
  connections: 4,
  callsPerSecond: 50,
  fleet: 'edge',
  calls,
  failed: 0,
})

/** A reader of a hub, which remembers its frames. */
function readerOf(hub: EventHub, lastEventId?: string) {
  const frames: Buffer[] = []
  const leave = hub.read({ lastEventId, send: (frame) => frames.push(frame) })
  const events = async () => {
    const all: ServerEvent[] = []
    for await (const event of decodeEvents(new Response(Buffer.concat(frames)).body ?? new ReadableStream()))
      all.push(event)
    return all
  }
  return { frames, leave, events }
}

/** A hub with a source, and how often the source was started and stopped. */
function start(options: { readonly lingerMs?: number } = {}) {
  const hub = new EventHub({ revision: () => 7, ...options })
  const counts = { started: 0, stopped: 0 }
  const stopped = Promise.withResolvers<void>()
  hub.addSource(() => {
    counts.started += 1
    return () => {
      counts.stopped += 1
      stopped.resolve()
    }
  })
  return { hub, counts, stopped: stopped.promise }
}

t.test('while nobody reads, no source runs and an event is not even encoded', async (t) => {
  const { hub, counts } = start()
  const data = {
    toJSON: () => {
      throw new Error('encoded')
    },
  }
  hub.publish('testbed', data as unknown as TestbedLoad)
  t.equal(counts.started, 0)
  const { leave } = readerOf(hub)
  t.equal(counts.started, 1)
  t.throws(() => hub.publish('testbed', data as unknown as TestbedLoad), { message: 'encoded' }, 'twin')
  leave()
  hub.close()
  t.equal(counts.stopped, 1)
})

t.test('hello comes first, and all readers share the bytes of an event', async (t) => {
  const { hub, counts } = start()
  const [one, other] = [readerOf(hub), readerOf(hub)]
  t.equal(counts.started, 1)
  hub.publish('testbed', load(1))
  t.equal(one.frames[1], other.frames[1])
  t.match(await one.events(), [
    { name: 'hello', data: { now: /^20.*Z$/, revision: 7, resumed: false } },
    { name: 'testbed', data: load(1) },
  ])
  other.leave()
  hub.publish('testbed', load(2))
  t.equal(other.frames.length, 2, 'who has left gets nothing')
  t.equal(one.frames.length, 3)
  hub.close()
})

t.test(
  'who comes back with its last id gets what it has missed, of the same key only the newest',
  async (t) => {
    const { hub } = start()
    const first = readerOf(hub)
    hub.publish('testbed', load(1))
    const [, { id } = { id: '' }] = await first.events()
    first.leave()
    hub.publish('testbed', load(2), 'testbed')
    hub.publish('testbed', load(3), 'testbed')
    const again = await readerOf(hub, id).events()
    t.match(again, [
      { name: 'hello', data: { resumed: true } },
      { name: 'testbed', data: { calls: 3 } },
    ])
    t.equal(again[0]?.id, id, 'if it leaves before the next event, it can come back again')
    hub.close()
  },
)

t.test('who has missed nothing gets hello only', async (t) => {
  const { hub } = start()
  const first = readerOf(hub)
  const [hello] = await first.events()
  t.match(await readerOf(hub, hello?.id).events(), { length: 1, 0: { data: { resumed: true } } })
  hub.close()
})

t.test('an id of another process, or a made-up id, is not resumed', async (t) => {
  const { hub } = start()
  const other = new EventHub({ revision: () => 1 })
  const [hello] = await readerOf(other).events()
  readerOf(hub)
  for (const id of [hello?.id, '', '7', 'x', `${hello?.id.split('-')[0]}-9999`]) {
    t.match(await readerOf(hub, id).events(), { length: 1, 0: { data: { resumed: false } } }, `${id}`)
  }
  hub.close()
  other.close()
})

t.test(
  'some time after the last reader has left, sources stop and nobody can go on from before',
  async (t) => {
    const { hub, counts, stopped } = start({ lingerMs: 1 })
    // Its timer keeps no process alive.
    const alive = setInterval(() => {}, 1_000)
    t.teardown(() => clearInterval(alive))
    const first = readerOf(hub)
    hub.publish('testbed', load(1))
    const [, { id } = { id: '' }] = await first.events()
    first.leave()
    await stopped
    t.notOk(hub.isActive)
    hub.publish('testbed', load(2))
    t.match(await readerOf(hub, id).events(), { length: 1, 0: { data: { resumed: false } } })
    t.same(counts, { started: 2, stopped: 1 })
    hub.close()
  },
)

t.test('a reader that comes in time finds the sources running', async (t) => {
  const { hub, counts } = start({ lingerMs: 60_000 })
  const first = readerOf(hub)
  const [hello] = await first.events()
  first.leave()
  t.ok(hub.isActive)
  hub.publish('testbed', load(1))
  t.match(await readerOf(hub, hello?.id).events(), [{ data: { resumed: true } }, { name: 'testbed' }])
  t.same(counts, { started: 1, stopped: 0 })
  hub.close()
})
