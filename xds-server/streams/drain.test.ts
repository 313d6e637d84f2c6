// What draining listeners use.

import t from 'tap'
import { resourceFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { pendingOf, streamOf, typeStateOf, viewOf } from '../../test/support/stream-states.ts'
import { type Held, holding, UNKNOWN } from '../type-state/held.ts'
import type { PendingResponse } from '../type-state/responses.ts'
import { drainAfterReconnect, usesDraining, withDrains } from './drain.ts'
import type { Report, StreamState } from './stream.ts'

const CDS = typeUrlFor('CDS')
const LISTENERS = typeStateOf('LDS')
const DRAINING: Partial<StreamState> = { isDraining: true }

/** The names that listeners still use after this response: `CDS a`. */
function drained(response: PendingResponse, stream = streamOf('', LISTENERS)) {
  const acked = { kind: 'acked', typeUrl: response.typeUrl, response } as const
  const references = withDrains({ ...stream, ...DRAINING }, [acked]).drains.at(-1)?.references
  if (references === undefined || references === 'any') return references
  const short: Readonly<Record<string, string>> = {
    [CDS]: 'CDS',
    [typeUrlFor('RDS')]: 'RDS',
    [typeUrlFor('EDS')]: 'EDS',
    [typeUrlFor('SRDS')]: 'SRDS',
  }
  return references.map(({ typeUrl, name }) => `${short[typeUrl]} ${name}`).sort()
}

t.test('X42: a replaced or removed listener uses what it referred to', async (t) => {
  const before = viewOf('LDS', 'l=1:a m=1:b n=1:c')
  t.same(drained(pendingOf('LDS', 'l=2:z', { before })), ['CDS a'])
  t.same(drained(pendingOf('LDS', '', { before, removed: ['m'] })), ['CDS b'])
  t.same(drained(pendingOf('LDS', 'l=2:z n=2:z', { before, removed: ['m'] })), ['CDS a', 'CDS b', 'CDS c'])
})

t.test('X42: a listener that is new or the same drains nothing', async (t) => {
  const before = viewOf('LDS', 'l=1:a')
  t.equal(drained(pendingOf('LDS', 'l=1:a m=1:b', { before })), undefined)
  t.equal(drained(pendingOf('LDS', '', { before, removed: ['m'] })), undefined)
})

t.test('X42: a NACKed listener may have drained another one, and both may be in use', async (t) => {
  const sent = resourceFor('LDS', 'l=2:b')
  const held: Held = { kind: 'unconfirmed', before: holding(resourceFor('LDS', 'l=1:a')), sent }
  const before = viewOf('LDS', '', { l: held })
  t.same(drained(pendingOf('LDS', 'l=3:c', { before })), ['CDS a', 'CDS b'])
})

t.test('X42: a listener that nobody knows may use anything', async (t) => {
  t.equal(drained(pendingOf('LDS', 'l=2:z', { before: viewOf('LDS', '', { l: UNKNOWN }) })), 'any')
})

t.test('X42: it uses what its routes lead to', async (t) => {
  const before = viewOf('LDS', 'l=1:rds')
  const stream = streamOf(
    '',
    LISTENERS,
    typeStateOf('RDS', { has: 'l=b m=c' }),
    typeStateOf('CDS', { has: 'b=1 c=1' }),
  )
  t.same(drained(pendingOf('LDS', 'l=2:z', { before }), stream), ['CDS b', 'EDS b', 'RDS l'])
  const unknown = streamOf('', LISTENERS, typeStateOf('RDS', { except: { l: UNKNOWN } }))
  t.same(drained(pendingOf('LDS', 'l=2:z', { before }), unknown), ['RDS l'])
})

t.test('X42: only ACKed listeners drain, if there is a drain time, and not those of gRPC', async (t) => {
  const response = pendingOf('LDS', 'l=2:z', { before: viewOf('LDS', 'l=1:a') })
  const acked: Report = { kind: 'acked', typeUrl: response.typeUrl, response }
  const earlier = { nonce: '0', references: [] }
  const stream: StreamState = { ...streamOf('', LISTENERS), ...DRAINING, drains: [earlier] }
  t.match(withDrains(stream, [acked]).drains, [earlier, { nonce: '1' }])
  t.equal(withDrains(stream, [{ ...acked, kind: 'nacked', code: 13, message: '' }]), stream)
  t.equal(withDrains({ ...stream, client: 'grpc' }, [acked]).drains.length, 1)
  t.equal(withDrains({ ...stream, isDraining: false }, [acked]).drains.length, 1)
  const cluster = pendingOf('CDS', 'a=2', { before: viewOf('CDS', 'a=1') })
  t.equal(withDrains(stream, [{ ...acked, typeUrl: cluster.typeUrl, response: cluster }]), stream)
})

const RECONNECTS: readonly [
  title: string,
  drains: boolean,
  type: string,
  fields?: object,
  stream?: object,
][] = [
  ['that reports clusters', true, 'CDS', { except: { a: UNKNOWN } }],
  ['that reports nothing', false, 'CDS'],
  ['of gRPC', false, 'CDS', { except: { a: UNKNOWN } }, { client: 'grpc' }],
  ['without drain times', false, 'CDS', { except: { a: UNKNOWN } }, { isDraining: false }],
  ['that asks for listeners', false, 'LDS', { except: { a: UNKNOWN } }],
  [
    'that is draining already',
    false,
    'CDS',
    { except: { a: UNKNOWN } },
    { drains: [{ nonce: 'reconnect', references: 'any' }] },
  ],
]

for (const [title, drains, type, fields, stream] of RECONNECTS) {
  t.test(`X42: a client ${title} may ${drains ? '' : 'not '}have unknown draining listeners`, async (t) => {
    const state: StreamState = { ...streamOf(''), ...DRAINING, ...stream }
    const after = drainAfterReconnect(state, typeStateOf(type, fields))
    const added = drains ? [{ nonce: 'reconnect', references: 'any' as const }] : []
    t.same(after.drains, [...state.drains, ...added])
  })
}

t.test('X42: a client that reports a version only may have draining listeners too', async (t) => {
  const typeState = typeStateOf('CDS')
  const unlisted = { ...typeState, view: { ...typeState.view, hasUnlisted: true } }
  t.equal(drainAfterReconnect({ ...streamOf(''), ...DRAINING }, unlisted).drains.length, 1)
})

t.test('X42: a name is in use by a draining listener by its type and name', async (t) => {
  const uses = (references: StreamState['drains'][number]['references'], name = 'a') =>
    usesDraining({ ...streamOf(''), drains: [{ nonce: '1', references }] }, CDS, name)
  t.equal(uses([{ typeUrl: CDS, name: 'a' }]), true)
  t.equal(uses([{ typeUrl: CDS, name: '*' }]), true)
  t.equal(uses([{ typeUrl: CDS, name: 'b' }]), false)
  t.equal(uses([{ typeUrl: typeUrlFor('EDS'), name: 'a' }]), false)
  t.equal(uses('any'), true)
})

t.test('X42: after a reconnect everything drains once, beside listeners that drain already', async (t) => {
  const stream = { ...streamOf(''), ...DRAINING, drains: [{ nonce: '3', references: [] }] }
  const reported = typeStateOf('CDS', { except: { a: UNKNOWN } })
  const { drains } = drainAfterReconnect(stream, reported)
  t.strictSame(
    drains.map(({ nonce, references }) => [nonce, references]),
    [
      ['3', []],
      ['reconnect', 'any'],
    ],
  )
  const again = { ...stream, drains }
  t.ok(drainAfterReconnect(again, reported) === again)
})

t.test('X42: it uses all scopes, and what these lead to', async (t) => {
  const before = viewOf('LDS', 'l=1:srds')
  const stream = streamOf(
    '',
    LISTENERS,
    typeStateOf('SRDS', { has: 'one=r', except: { two: holding(resourceFor('SRDS', 'two=s')) } }),
    typeStateOf('RDS', { has: 'r=b s=c other=d' }),
  )
  t.same(drained(pendingOf('LDS', 'l=2:z', { before }), stream), [
    'CDS b',
    'CDS c',
    'RDS r',
    'RDS s',
    'SRDS *',
  ])
})
