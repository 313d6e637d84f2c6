// A chain of three hops as processes: what the last one learns of the first call, by what the middle one hands on.

import { HopService } from '@envoy/xds-protos/switchyard/hop/v1/hop_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { ProcessGroup } from '../processes/process-group.ts'
import type { HopBehavior } from '../services/hop/behavior.ts'
import type { HopRecord } from '../services/hop/hop-records.ts'
import { createClient } from '../services/rpc/index.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { type RunningHop, startHop } from './hop.ts'

/** Work that no deadline of the test suffices for: timers never end early. */
const UNITS = 60
const DEADLINE_MS = 100

async function openChain(t: Test) {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const folder = testFolder(t)
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => startHop(group, folder, id)))
  if (!a || !b || !c) throw new Error('three hops')
  const client = createClient(HopService, a.address)
  t.teardown(() => client.close())
  return {
    client,
    last: c,
    async behave(middle: Partial<HopBehavior>, last: Partial<HopBehavior> = {}) {
      await c.behave(last)
      await b.behave({ next: { address: c.address }, ...middle })
      await a.behave({ next: { address: b.address } })
    },
  }
}

async function untilEnded(hop: RunningHop): Promise<HopRecord> {
  for (;;) {
    const [record] = await hop.records()
    if (record?.endedAt !== undefined) return record
  }
}

t.test('O1.10: deadlines and cancellations over three hops', async (t) => {
  const { client, last, behave } = await openChain(t)
  /** Calls until one has come to the last hop: on a busy machine, the deadline may pass before that. */
  const late = async () => {
    do {
      await t.rejects(client.work({ callId: '1', units: UNITS }, { deadline: Date.now() + DEADLINE_MS }), {
        code: status.DEADLINE_EXCEEDED,
      })
    } while ((await last.records()).length === 0)
  }

  await t.test('a call in time is answered by the last hop', async (t) => {
    await behave({})
    t.match(await client.work({ callId: '1', units: 3 }), { units: 3, partial: false })
    t.match(await untilEnded(last), { callId: '1', outcome: 'finished', unitsAt: { length: 3 } })
  })

  await t.test('a deadline that is handed on stops the last hop', async (t) => {
    await behave({})
    await late()
    const record = await untilEnded(last)
    t.equal(record.outcome, 'stopped')
    t.ok(record.leftMs !== undefined && record.leftMs <= DEADLINE_MS + 1, `${record.leftMs} ms left`)
    t.ok(record.unitsAt.length < UNITS)
  })

  await t.test('without it, the last hop works to the end for nobody', async (t) => {
    await behave({ handsOnDeadline: false, handsOnCancellation: false })
    await late()
    const record = await untilEnded(last)
    t.match(record, { outcome: 'finished', unitsAt: { length: UNITS } })
    t.strictSame([record.leftMs, record.sawEndAt], [undefined, undefined])
  })

  await t.test('a cancellation alone is enough to stop it', async (t) => {
    await behave({ handsOnDeadline: false })
    await late()
    const record = await untilEnded(last)
    t.equal(record.outcome, 'stopped')
    t.type(record.sawEndAt, 'number')
  })

  await t.test('a hop that does not look works to the end', async (t) => {
    await behave({}, { looks: false })
    await late()
    t.match(await untilEnded(last), { unitsAt: { length: UNITS } })
  })

  await t.test('a hop that knows what its work takes does not begin what cannot end in time', async (t) => {
    await behave({}, { minLeftMs: 60_000 })
    await late()
    t.match(await untilEnded(last), { unitsAt: { length: 0 } })
    t.match(await client.work({ callId: '2', units: 1 }), { units: 1 }, 'a call without a deadline may')
  })

  await t.test('with a margin, the middle hop answers without the last one, in time', async (t) => {
    const margin = 20_000
    await behave({ marginMs: margin, answersWithout: true })
    do {
      const deadline = Date.now() + margin + DEADLINE_MS
      t.match(await client.work({ callId: '1', units: UNITS }, { deadline }), { partial: true })
    } while ((await last.records()).length === 0)
    const record = await untilEnded(last)
    t.ok((record.leftMs ?? 0) <= DEADLINE_MS + 1)
  })
})
