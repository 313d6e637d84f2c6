// What ACKs and NACKs change: of one response, of earlier ones, and of names that the client drops.

import t from 'tap'
import { resourceFor } from '../../test/support/script-resources.ts'
import { nackedOf, pendingOf, typeStateOf, viewOf } from '../../test/support/stream-states.ts'
import { ABSENT, type Held, holding, UNKNOWN } from './held.ts'
import {
  ack,
  contentOf,
  findPending,
  MAX_NACKED,
  merge,
  nack,
  releaseNacked,
  supersedeEarlier,
} from './ledger.ts'
import type { NackedResponse, PendingResponse } from './responses.ts'
import type { TypeState } from './type-state.ts'

const a1 = resourceFor('CDS', 'a=1')
const a2 = resourceFor('CDS', 'a=2')
const b1 = resourceFor('CDS', 'b=1')
const nacked = (before: Held, sent: Held): Held => ({
  kind: 'unconfirmed',
  before,
  sent: sent.kind === 'resource' ? sent.resource : undefined,
})
const namesOf = ({ ledger }: TypeState) => ledger.nacked.map(({ content }) => [...content.keys()].join(' '))
const ERROR = { code: 13, message: 'no' }

t.test('X52: an ACK ends its response, and no other', async (t) => {
  const [first, second] = [pendingOf('CDS', 'a=1'), pendingOf('CDS', 'a=2', { nonce: '2' })]
  const before = typeStateOf('CDS', { pending: [first, second] })
  t.equal(findPending(before, '2'), second)
  t.equal(findPending(before, '3'), undefined)
  const { ledger } = ack(before, second)
  t.same(ledger.pending, [first])
  t.equal(ledger.ackedVersion, 'a=2')
})

t.test('X6: an ACK confirms NACKed content that its response carries, and only that', async (t) => {
  const except = {
    a: nacked(ABSENT, holding(a1)),
    b: nacked(holding(b1), ABSENT),
    c: nacked(holding(b1), ABSENT),
    d: UNKNOWN,
  }
  const response = pendingOf('CDS', 'a=1', { removed: ['b', 'd'] })
  const before = typeStateOf('CDS', {
    except,
    pending: [response],
    nacked: [nackedOf('CDS', 'a=1'), nackedOf('CDS', 'a=2 e=1')],
  })
  const after = ack(before, response)
  t.same(
    [...after.view.overrides],
    [
      ['a', holding(a1)],
      ['c', except.c],
      ['d', UNKNOWN],
    ],
  )
  t.same(namesOf(after), ['a e'], 'other content of the same name is still NACKed')
})

t.test('X6: an ACK of other content leaves what is unconfirmed as it is', async (t) => {
  const except = { a: nacked(ABSENT, holding(a1)) }
  const response = pendingOf('CDS', 'a=2')
  const nacks = [nackedOf('CDS', 'a=1')]
  const { view } = ack(typeStateOf('CDS', { except, pending: [response], nacked: nacks }), response)
  t.same([...view.overrides], [['a', except.a]])
})

t.test(
  'X6: what is left of a NACKed response is released when nothing is left that the client means',
  async (t) => {
    const response = pendingOf('CDS', 'a=1')
    const blamed = new Set(['a'])
    const nacks = [nackedOf('CDS', 'a=1 b=1', { blamed }), nackedOf('CDS', 'a=1 c=1 d=1')]
    const { ledger } = ack(typeStateOf('CDS', { pending: [response], nacked: nacks }), response)
    t.same(
      ledger.nacked.map(({ content, isReleased }) => [...content.keys(), isReleased]),
      [
        ['b', true],
        ['c', 'd', false],
      ],
      'the twin means c and d too',
    )
  },
)

t.test('X52: the next answer settles a NACK that may have meant an earlier response', async (t) => {
  const open = nackedOf('CDS', 'b=1', { isAmbiguous: true })
  const clear = nackedOf('CDS', 'c=1')
  const response = pendingOf('CDS', 'a=1')
  const before = typeStateOf('CDS', { pending: [response], nacked: [open, clear] })
  t.same(ack(before, response).ledger.nacked, [clear])
  t.same(namesOf(nack(before, response, ERROR)), ['c', 'a'])
})

t.test(
  'X5: after a NACK each changed name is unconfirmed, and has what it had or what was sent',
  async (t) => {
    const response = pendingOf('CDS', 'a=2 n=1', {
      removed: ['b'],
      added: new Set(['n']),
      before: viewOf('CDS', 'a=1 b=1 n=1'),
    })
    const { view, ledger } = nack(typeStateOf('CDS', { pending: [response] }), response, ERROR)
    const n = resourceFor('CDS', 'n=1')
    t.same(Object.fromEntries(view.overrides), {
      a: nacked(holding(a1), holding(a2)),
      b: nacked(holding(b1), ABSENT),
      n: nacked(ABSENT, holding(n)),
    })
    t.same(ledger.pending, [])
    t.match(ledger.nacked, [
      {
        nonce: '1',
        version: 'a=2 n=1',
        ...ERROR,
        content: contentOf([a2, n], ['b']),
        blamed: new Set(['a', 'n', 'b']),
        isReleased: true,
        isAmbiguous: true,
      },
    ])
  },
)

/** The NACKed responses after a NACK with this text, of this response and with later ones pending. */
function nacksAfter(message: string, response: PendingResponse, ...later: readonly PendingResponse[]) {
  const before = typeStateOf('CDS', { pending: [response, ...later] })
  return nack(before, response, { code: 13, message }).ledger.nacked
}
const summary = (nacks: readonly NackedResponse[]) =>
  nacks.map(({ content, blamed, isReleased }) => ({
    content: [...content.keys()].join(' '),
    blamed: [...blamed].join(' '),
    isReleased,
  }))

t.test('X6: only the names that the client means are NACKed', async (t) => {
  const response = pendingOf('CDS', 'a=2 b=1 c=1')
  const released = { isReleased: false }
  t.same(summary(nacksAfter('bad', response)), [{ content: 'a b c', blamed: 'a b c', isReleased: true }])
  t.same(summary(nacksAfter('bad a and c', response)), [{ content: 'a c', blamed: 'a c', ...released }])
})

t.test(
  'X68: a response with one resource is NACKed for its sake, and the removals are sent again',
  async (t) => {
    const response = pendingOf('CDS', 'a=2', { removed: ['b', 'c'] })
    t.same(summary(nacksAfter('bad', response)), [{ content: 'a', blamed: 'a', isReleased: false }])
  },
)

t.test('X68: a full-state response is not parted, nor any after a hundred NACKs', async (t) => {
  const response = pendingOf('CDS', 'a=2 b=1')
  const before = typeStateOf('CDS', {
    pending: [response],
    nacked: Array.from({ length: MAX_NACKED }, (_, at) => nackedOf('CDS', `n${at}=1`)),
  })
  t.match(nack(before, response, ERROR).ledger.nacked.at(-1), { isAmbiguous: false, isReleased: false })
  t.match(nacksAfter('bad', { ...response, isFullState: true }), [{ isAmbiguous: false, isReleased: false }])
  t.match(nacksAfter('bad', response), [{ isAmbiguous: true, isReleased: true }])
})

t.test('X5: a full-state response with a name that cannot be left out is NACKed as a whole', async (t) => {
  const response = pendingOf('CDS', 'a=2 b=1 c=1', {
    isFullState: true,
    before: viewOf('CDS', '', { a: UNKNOWN }),
  })
  const content = { content: 'a b c', isReleased: false }
  t.same(summary(nacksAfter('bad a', response)), [{ ...content, blamed: 'a' }])
  t.same(summary(nacksAfter('bad a b', response)), [{ ...content, blamed: 'a b' }], 'one of several')
  t.same(summary(nacksAfter('bad b', response)), [{ content: 'b', blamed: 'b', isReleased: false }])
})

t.test('X6: a NACK of other names takes nothing from what the client had already', async (t) => {
  const response = pendingOf('CDS', 'a=1 b=1', { before: viewOf('CDS', '', { a: holding(a1) }) })
  const before = typeStateOf('CDS', { pending: [response] })
  const held = (message: string) => nack(before, response, { code: 13, message }).view.overrides
  t.same(held('cluster b: no').get('a'), holding(a1))
  t.same(held('cluster a: no').get('a'), nacked(UNKNOWN, holding(a1)), 'it has something else')
})

t.test('X6: a client may mean what a full-state response repeats for it', async (t) => {
  const whole = pendingOf('CDS', 'a=1 b=1', { isFullState: true })
  const response = { ...whole, changedResources: [b1] }
  const before = typeStateOf('CDS', { pending: [response] })
  t.same(nacksAfter('cluster a: no', response), nacksAfter('cluster a: no', whole))
  t.same(namesOf(nack(before, response, { code: 13, message: 'no' })), ['b'], 'else it means what is new')
})

t.test('X6: a name that a later response carries with other content waits for that answer', async (t) => {
  const response = pendingOf('CDS', 'a=2 b=1 c=1')
  const later = pendingOf('CDS', 'a=3', { nonce: '2' })
  const repeated = pendingOf('CDS', 'a=2', { nonce: '3' })
  const gone = pendingOf('CDS', '', { nonce: '2', removed: ['a', 'b', 'c'] })
  t.same(summary(nacksAfter('bad', response, later)), [{ content: 'b c', blamed: 'b c', isReleased: true }])
  t.same(summary(nacksAfter('bad', response, repeated)), [
    { content: 'a b c', blamed: 'a b c', isReleased: true },
  ])
  t.same(nacksAfter('bad', response, gone), [])
  t.same(summary(nacksAfter('bad a', response, later)), [], 'the client means only what was replaced')
  t.same(
    summary(nacksAfter('bad b', response, later)),
    [{ content: 'b', blamed: 'b', isReleased: false }],
    'the client means what is left',
  )
})

t.test('X5: later responses build on what is unconfirmed since the NACK, earlier ones do not', async (t) => {
  const response = pendingOf('CDS', 'a=2', { nonce: '2', before: viewOf('CDS', 'a=1') })
  const [earlier, later] = [
    pendingOf('CDS', 'b=1', { before: viewOf('CDS', 'a=1') }),
    pendingOf('CDS', 'b=2', { nonce: '3', before: viewOf('CDS', 'a=2') }),
  ]
  const { ledger } = nack(typeStateOf('CDS', { pending: [earlier, response, later] }), response, ERROR)
  t.same(
    ledger.pending.map(({ nonce, before }) => [nonce, [...before.overrides]]),
    [
      ['1', []],
      ['3', [['a', nacked(holding(a1), holding(a2))]]],
    ],
  )
})

t.test(
  'X15: a response builds on the one before it that carries the name, not on an older NACK',
  async (t) => {
    const responses = [
      pendingOf('CDS', 'a=1 b=1 c=1 d=1'),
      pendingOf('CDS', 'a=2 b=1', { nonce: '2', removed: ['c'], before: viewOf('CDS', 'a=1 b=1 c=1 d=1') }),
      pendingOf('CDS', 'a=3', { nonce: '3', before: viewOf('CDS', 'a=2 b=1 d=1') }),
    ]
    const [first, ...later] = responses
    if (first === undefined) throw new Error('three responses are pending')
    const after = nack(typeStateOf('CDS', { pending: [first, ...later] }), first, ERROR)
    t.same(
      after.ledger.pending.map(({ nonce, before }) => [nonce, [...before.overrides.keys()].join(' ')]),
      [
        ['2', 'a b c d'],
        ['3', 'd'],
      ],
    )
  },
)

t.test(
  'X54: a NACKed response loses dropped names, and is sent again if the client meant one of them',
  async (t) => {
    const both = nackedOf('CDS', 'a=1 b=1')
    const onlyB = nackedOf('CDS', 'a=1 b=1', { blamed: new Set(['b']) })
    const before = typeStateOf('CDS', {
      nacked: [both, onlyB, nackedOf('CDS', 'a=2'), nackedOf('CDS', 'c=1')],
    })
    const { ledger } = releaseNacked(before, (name) => name === 'a')
    t.same(
      summary(ledger.nacked).map(({ content, isReleased }) => [content, isReleased]),
      [
        ['b', true],
        ['b', false],
        ['c', false],
      ],
    )
    t.equal(
      releaseNacked(before, () => false),
      before,
    )
  },
)

t.test('X54: SotW: an answer also answers earlier responses, and leaves later ones pending', async (t) => {
  const pending = ['1', '2', '3'].map((nonce) => pendingOf('CDS', `a=${nonce}`, { nonce }))
  const [first, second, third] = pending
  if (!first || !second || !third) throw new Error('three responses are pending')
  const [after, merged] = supersedeEarlier(typeStateOf('CDS', { pending }), second)
  t.same(after.ledger.pending, [merged, third])
  t.same(merged, merge(first, second))
  const [same, alone] = supersedeEarlier(after, merged)
  t.equal(alone, merged)
  t.same(same.ledger.pending, after.ledger.pending)
})

t.test('X54: the later of two responses stands for both', async (t) => {
  const earlier = pendingOf('CDS', 'a=1 b=1 y=1 z=2', {
    removed: ['c', 'd', 'e'],
    added: new Set(['a']),
    before: viewOf('CDS', 'a=1 e=1 y=1 z=1'),
    previous: 'none',
  })
  const all = pendingOf('CDS', 'a=2 c=1 e=1 f=1')
  const later = {
    ...all,
    nonce: '2',
    changedResources: all.resources.filter(({ name }) => name === 'e'),
    removed: ['b'],
    added: new Set(['e']),
  }
  const merged = merge(earlier, later)
  t.same(
    merged.changedResources.map(({ name }) => name),
    ['a', 'e'],
    'what neither changed is not new',
  )
  t.same(merged.removed, ['d', 'b'], 'what came again is not removed')
  t.same(merged.added, new Set(['a', 'e']))
  const { nonce, before, previous, standsForOthers, isAnswer } = merged
  t.same([nonce, previous, standsForOthers, isAnswer], ['2', 'none', true, false])
  const one = (text: string) => holding(resourceFor('CDS', text))
  t.same(
    [...before.overrides],
    [
      ['a', nacked(ABSENT, one('a=1'))],
      ['b', nacked(ABSENT, one('b=1'))],
      ['z', nacked(one('z=1'), one('z=2'))],
      ['e', nacked(one('e=1'), ABSENT)],
    ],
    'the client may have what the earlier one carried',
  )
  t.equal(merge({ ...earlier, isAnswer: true }, later).isAnswer, true)
  t.equal(merge(earlier, { ...later, isAnswer: true }).isAnswer, true)
})

t.test('what an answer does not change stays the same object, so that streams share it', async (t) => {
  const response = pendingOf('CDS', 'a=1')
  const idle = typeStateOf('CDS', { pending: [response], except: { a: UNKNOWN } })
  t.ok(ack(idle, response).ledger.nacked === idle.ledger.nacked)
  const other = nackedOf('CDS', 'z=1 y=1')
  const nackedBefore = typeStateOf('CDS', { pending: [response], except: { a: UNKNOWN }, nacked: [other] })
  const after = ack(nackedBefore, response)
  t.ok(after.view === nackedBefore.view)
  t.ok(after.ledger.nacked[0] === other)
  const [same] = supersedeEarlier(idle, response)
  t.ok(same === idle)
  t.ok(releaseNacked(idle, () => true) === idle)
})

t.test('X5: the newest NACK of a name counts', async (t) => {
  const response = pendingOf('CDS', 'a=2 b=1')
  const older = [nackedOf('CDS', 'a=1 c=1'), nackedOf('CDS', 'b=9')]
  const before = typeStateOf('CDS', { pending: [response], nacked: older })
  t.same(namesOf(nack(before, response, { code: 13, message: 'bad a b' })), ['c', 'a b'])
})

t.test('X68: a NACK of a removal beside one resource means the removal if it names that', async (t) => {
  const response = pendingOf('CDS', 'a=2', { removed: ['b'] })
  t.same(summary(nacksAfter('bad b', response)), [{ content: 'b', blamed: 'b', isReleased: false }])
})

t.test('X6: after a hundred NACKs, a response that changed in part has its rest sent again', async (t) => {
  const response = pendingOf('CDS', 'a=2 b=1')
  const nacks = Array.from({ length: MAX_NACKED }, (_, at) => nackedOf('CDS', `n${at}=1`))
  const later = pendingOf('CDS', 'a=3', { nonce: '2' })
  const before = typeStateOf('CDS', { pending: [response, later], nacked: nacks })
  t.same(summary(nack(before, response, ERROR).ledger.nacked).at(-1), {
    content: 'b',
    blamed: 'b',
    isReleased: true,
  })
})
