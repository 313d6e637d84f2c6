// Which names the client may have in use, so that they are not removed.

import t from 'tap'
import { resourceFor, snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { pendingOf, streamOf, typeFor, typeStateOf, viewOf } from '../../test/support/stream-states.ts'
import type { Resource } from '../snapshot/resource.ts'
import { type Held, holding, UNKNOWN } from '../type-state/held.ts'
import type { TypeState } from '../type-state/type-state.ts'
import type { Drain } from './stream.ts'
import { removalRule } from './usage.ts'

const CDS = typeStateOf('CDS', { has: 'a=1 b=1' })
const usesB = resourceFor('LDS', 'l=1:b')
const nacked = (before: Held, sent?: Resource): Held => ({ kind: 'unconfirmed', before, sent })

/** Those of the names a and b that may be removed. */
function removable(type: string, typeStates: readonly TypeState[], drains: readonly Drain[] = []) {
  const rule = removalRule({ ...streamOf('', ...typeStates), drains }, typeFor(type))
  return ['a', 'b'].filter(rule)
}

t.test('X15: what nothing uses may be removed', async (t) => {
  t.same(removable('CDS', [CDS]), ['a', 'b'])
  t.same(removable('CDS', [CDS, typeStateOf('LDS')]), ['a', 'b'])
})

const IN_USE: readonly [title: string, listeners: TypeState][] = [
  ['a listener ahead of its stage', typeStateOf('LDS', { except: { l: holding(usesB) } })],
  ['a listener whose change was NACKed', typeStateOf('LDS', { except: { l: nacked(holding(usesB)) } })],
  [
    'a NACKed listener that may be applied in part',
    typeStateOf('LDS', { except: { l: nacked(holding(resourceFor('LDS', 'l=2:z')), usesB) } }),
  ],
  [
    'a listener that an un-ACKed response replaces',
    typeStateOf('LDS', {
      pending: [pendingOf('LDS', 'l=2:z', { before: viewOf('LDS', '', { l: holding(usesB) }) })],
    }),
  ],
  ['a listener that holds the pushed snapshot', { ...typeStateOf('LDS'), pushed: snapshotFor('CDS b=1', 2) }],
  [
    'a listener of the snapshot before an un-ACKed response',
    typeStateOf('LDS', { pending: [pendingOf('LDS', 'l=1', { previous: snapshotFor('CDS b=1', 1) })] }),
  ],
]

for (const [title, listeners] of IN_USE) {
  t.test(`X15: a cluster is in use by ${title}`, async (t) => {
    t.same(removable('CDS', [CDS, listeners]), ['a'])
  })
  t.test(`X15: a type without subscriptions uses nothing (${title})`, async (t) => {
    const subscription = { ...listeners.subscription, wildcard: false }
    t.same(removable('CDS', [CDS, { ...listeners, subscription }]), ['a', 'b'])
  })
}

t.test('X15: only listeners and later types hold clusters by their snapshots', async (t) => {
  const pushed = snapshotFor('CDS b=1', 2)
  t.same(removable('CDS', [CDS, { ...typeStateOf('EDS'), pushed }]), ['a', 'b'])
  t.same(removable('CDS', [CDS, { ...typeStateOf('LDS'), pushed: 'none' }]), [])
  const routes = { ...typeStateOf('RDS'), pushed: snapshotFor('LDS b=1:a', 2) }
  t.same(removable('LDS', [typeStateOf('LDS'), routes]), ['a', 'b'])
})

t.test('X15: a resource that we do not have may use what its type can refer to', async (t) => {
  const unknown = (type: string) => typeStateOf(type, { except: { x: UNKNOWN } })
  t.same(removable('CDS', [CDS, unknown('LDS')]), [])
  t.same(removable('EDS', [typeStateOf('EDS'), unknown('CDS')]), [])
  t.same(removable('SDS', [typeStateOf('SDS'), unknown('CDS')]), [])
  t.same(removable('CDS', [CDS, unknown('EDS')]), ['a', 'b'], 'endpoints refer to nothing')
  t.same(removable('RTDS', [typeStateOf('RTDS'), unknown('CDS')]), ['a', 'b'])
  t.same(removable('LDS', [typeStateOf('LDS'), unknown('RDS')]), ['a', 'b'])
})

t.test('X15: a filter is removed first if a cluster that we do not have is gone too', async (t) => {
  const filters = typeStateOf('ECDS')
  t.same(removable('ECDS', [filters, typeStateOf('CDS', { except: { x: UNKNOWN } })]), ['a', 'b'])
  t.same(removable('ECDS', [filters, typeStateOf('CDS', { has: 'x=1', except: { x: UNKNOWN } })]), [])
  t.same(removable('CDS', [CDS, typeStateOf('ECDS', { except: { x: UNKNOWN } })]), [])
})

t.test('X15: what an un-ACKed cluster replaced holds no endpoints', async (t) => {
  const before = viewOf('CDS', '', { b: holding(resourceFor('CDS', 'b=1')) })
  const clusters = typeStateOf('CDS', { pending: [pendingOf('CDS', 'b=2', { before })] })
  t.same(removable('EDS', [typeStateOf('EDS'), clusters]), ['a', 'b'])
})

t.test('X42: what draining listeners use stays, and everything if nobody knows what they use', async (t) => {
  const drain = (references: Drain['references']) => [{ nonce: '1', references }]
  const cds = { typeUrl: typeUrlFor('CDS') }
  t.same(removable('CDS', [CDS], drain([{ ...cds, name: 'b' }])), ['a'])
  t.same(removable('CDS', [CDS], drain([{ ...cds, name: '*' }])), [])
  t.same(removable('CDS', [CDS], drain('any')), [])
  t.same(removable('EDS', [typeStateOf('EDS')], drain([{ ...cds, name: 'b' }])), ['a', 'b'])
})

t.test('X43: nothing goes while a client by name has not asked for what its resources need', async (t) => {
  const byName = [typeStateOf('CDS', { names: ['a'] }), typeStateOf('RDS', { names: ['l'] })]
  const stream = streamOf('RDS l=b | CDS b=1', ...byName)
  t.equal(removalRule(stream, typeFor('CDS'))('a'), false)
  const asked = streamOf(
    'RDS l=b | CDS b=1',
    typeStateOf('CDS', { names: ['a', 'b'] }),
    typeStateOf('RDS', { names: ['l'] }),
  )
  t.equal(removalRule(asked, typeFor('CDS'))('a'), true)
})
