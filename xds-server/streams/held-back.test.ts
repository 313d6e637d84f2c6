// Which names wait because of a NACK of something that they refer to.

import t from 'tap'
import { snapshotFor } from '../../test/support/script-resources.ts'
import {
  nackedOf,
  pendingOf,
  streamOf,
  typeFor,
  typeStateOf,
  viewOf,
} from '../../test/support/stream-states.ts'
import { UNKNOWN } from '../type-state/held.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { heldBackNames } from './held-back.ts'

const SERVED = 'CDS a=1 b=2 | LDS l=1:a m=1:b n=1:rds o=2:a | RDS n=b'

/** The names of listeners and of routes that wait. */
function heldBack(...typeStates: readonly TypeState[]) {
  const latest = snapshotFor(SERVED, 1)
  const names = (type: string) => [...heldBackNames(streamOf('', ...typeStates), latest, typeFor(type))]
  return { LDS: names('LDS').sort(), RDS: names('RDS').sort() }
}

t.test('X44: without a NACK nothing waits', async (t) => {
  t.same(heldBack(typeStateOf('CDS')), { LDS: [], RDS: [] })
  const waits = typeStateOf('CDS', { pending: [pendingOf('CDS', 'b=2')] })
  t.same(heldBack(waits), { LDS: [], RDS: [] }, 'an un-ACKed response is a matter of the stages')
})

t.test('without a NACK, nobody looks who refers to what', async (t) => {
  const closed = new Proxy(snapshotFor(SERVED, 1), { get: () => t.fail('the snapshot is read') })
  const before = viewOf('CDS', 'a=1', { z: UNKNOWN })
  const waits = typeStateOf('CDS', { pending: [pendingOf('CDS', 'b=2', { before })] })
  t.same(heldBackNames(streamOf('', waits), closed, typeFor('LDS')), new Set())
})

t.test('X44: what refers to a NACKed name waits, directly or by its routes', async (t) => {
  const byCluster = typeStateOf('CDS', { nacked: [nackedOf('CDS', 'b=2')] })
  t.same(heldBack(byCluster), { LDS: ['m', 'n'], RDS: ['n'] })
  const byEndpoints = typeStateOf('EDS', { nacked: [nackedOf('EDS', 'a=1')] })
  t.same(heldBack(byEndpoints), { LDS: ['l', 'o'], RDS: [] })
  t.same(heldBack(byCluster, byEndpoints), { LDS: ['l', 'm', 'n', 'o'], RDS: ['n'] })
})

t.test('X44: a NACK of a later stage, or of a name that nothing refers to, holds nothing back', async (t) => {
  t.same(heldBack(typeStateOf('RDS', { nacked: [nackedOf('RDS', 'n=b')] })), { LDS: [], RDS: [] })
  t.same(heldBack(typeStateOf('CDS', { nacked: [nackedOf('CDS', 'z=1')] })), { LDS: [], RDS: [] })
  const secret = typeStateOf('SDS', { nacked: [nackedOf('SDS', 'b=1')] })
  t.same(heldBack(secret), { LDS: [], RDS: [] }, 'another type has the same name')
})

t.test('X44: a name that is sent again after its NACK is waited for until its ACK', async (t) => {
  const before = viewOf('CDS', 'a=1', { b: UNKNOWN })
  const again = typeStateOf('CDS', { pending: [pendingOf('CDS', 'a=1 b=2', { before })] })
  t.same(heldBack(again), { LDS: ['m', 'n'], RDS: ['n'] })
})

t.test('X44: streams that are sent the same again share what waits, and each asks for it once', async (t) => {
  const latest = snapshotFor(SERVED, 1)
  const [before, again] = [viewOf('CDS', '', { a: UNKNOWN, b: UNKNOWN }), pendingOf('CDS', 'a=1 b=2')]
  const waiting = () => {
    const clusters = typeStateOf('CDS', { pending: [{ ...again, before: { ...before } }] })
    return heldBackNames(streamOf('', clusters), latest, typeFor('LDS'))
  }
  const names = waiting()
  t.same([...names].sort(), ['l', 'm', 'n', 'o'])
  t.equal(waiting(), names)
})
