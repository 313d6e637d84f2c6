// What a page sees of a real testbed over REST: a flip on its way, where calls go, a NACK, and a control plane that restarts.

import t from 'tap'
import type { ServerEvent } from '../../api/event-stream.ts'
import { followEvents } from '../../api/follow-events.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startTestbed } from '../../testbed/testbed.ts'
import { EventReader } from '../support/event-reader.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

/** Maglev requires a prime table size. Our validation does not check that; Envoy does. */
const NO_PRIME = { mode: 'l7', policy: 'maglev', tableSize: 65_536 } as const

t.test('a flip, its calls, a NACK and a restart can be followed over REST', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const fleets = new Map([['edge', 2]])
  const { rest, parts } = await startTestbed(group, {
    folder: testFolder(t),
    fleets,
    backends: 2,
    drainSeconds: 1,
    steadyLoad: true,
  })

  await t.test('the load is off at first, and starts when REST says so', async (t) => {
    const reader = new EventReader(t, rest)
    t.match((await reader.until('testbed')).data, { running: false, fleet: 'edge', calls: 0 })
    const setting = { running: true, connections: 4, callsPerSecond: 50 }
    t.match(await rest.putTestbedLoad(setting), setting)
    t.match((await reader.until('testbed', ({ calls }) => calls >= 20)).data, setting)
    await t.rejects(rest.putTestbedLoad({ ...setting, connections: 0 }), {
      code: 'invalid-argument',
      problems: [{ path: 'connections' }],
    })
  })

  await t.test('each node has a lane from sent to ACKed, and then calls go to both backends', async (t) => {
    const reader = new EventReader(t, rest)
    await reader.until('hello')
    const { revision } = await rest.putLb('edge', { mode: 'l7', policy: 'round_robin' })
    const { data } = await reader.until(
      'flip',
      (flip) => flip.revision === revision && flip.lanes.every(({ ackedAt }) => ackedAt !== undefined),
    )
    t.match(data, { fleets: ['edge'], lanes: [{ node: 'edge-1' }, { node: 'edge-2' }] })
    for (const { sentAt = '', ackedAt = '', ackMs = -1 } of data.lanes) {
      t.ok(data.at <= sentAt && sentAt <= ackedAt, `${data.at} ${sentAt} ${ackedAt}`)
      t.ok(ackMs >= 0, `${ackMs} ms`)
    }
    const first = reader.named('flip').find((flip) => flip.data.revision === revision)
    t.ok(first !== undefined && first.data.lanes.length === 2)
    for (const id of ['edge-1', 'edge-2']) {
      await reader.untilNode(id, ({ state, types }) => state === 'SYNCED' && Object.keys(types).length >= 4)
    }
    // Old connections to the L4 listener stay for a second, and reports come every two.
    for (const node of ['edge-1', 'edge-2']) {
      const { data: load } = await reader.until('load', ({ rows }) =>
        ['b1', 'b2'].every((endpoint) =>
          rows.some((row) => row.node === node && row.endpoint === endpoint && row.calls > 0),
        ),
      )
      t.match(load, { fleet: 'edge', rows: [{ upstream: 'echo', address: /^127/, errors: 0 }] })
    }
  })

  await t.test("Envoy's NACK is in the lane, with its text and the path", async (t) => {
    const reader = new EventReader(t, rest)
    await reader.until('hello')
    const before = (await rest.getStatus()).revision.revision
    await t.rejects(rest.putLb('edge', NO_PRIME), { code: 'nacked' })
    const { data } = await reader.until(
      'flip',
      ({ revision, lanes }) => revision === before + 1 && lanes.some(({ nack }) => nack !== undefined),
    )
    const [nack] = data.lanes.flatMap((lane) => lane.nack ?? [])
    t.match(nack, { message: /prime/, path: /^(fleets\.edge\.lb|upstreams\.echo)/ })
  })

  await t.test('after a restart of the control plane the stream goes on, as a new one', async (t) => {
    const end = new AbortController()
    t.teardown(() => end.abort())
    const hellos: ServerEvent[] = []
    let heard = Promise.withResolvers<void>()
    const done = followEvents(rest, {
      signal: end.signal,
      onEvent: (event) => {
        if (event.name === 'hello') hellos.push(event)
        heard.resolve()
      },
    })
    const until = async (fits: () => boolean) => {
      while (!fits()) {
        await heard.promise
        heard = Promise.withResolvers()
      }
    }
    await until(() => hellos.length === 1)
    const { pid } = parts.states().find(({ id }) => id === 'control-plane') ?? {}
    process.kill(pid ?? 0, 'SIGKILL')
    await until(() => hellos.length === 2)
    t.match(hellos[1], { data: { resumed: false } })
    const { revision } = (await rest.getStatus()).revision
    t.match(await rest.getProgress(revision), { revision, fleets: ['edge'] })
    t.match(await rest.getTestbedLoad(), { running: true }, 'the testbed goes on meanwhile')
    end.abort()
    await done
  })
})
