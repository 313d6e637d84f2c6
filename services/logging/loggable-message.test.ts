// No way of nesting brings a sensitive value into a log, and no mask.

import { toBinary } from '@bufbuild/protobuf'
import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { SECRET_TYPES, secretMessage, secretType } from '../../test/support/secret-messages.ts'
import { maskTreeOf } from './field-mask.ts'
import { loggableMessage } from './loggable-message.ts'

const LIMITS = { fieldLength: 16, items: 2 }
const CARD = { holder: 'ann', number: 'SECRET-1', pin: 'SECRET-2' }

function show(json: object, paths?: readonly string[], limits = LIMITS) {
  const desc = secretType('Order')
  const mask = paths && maskTreeOf(desc, paths, [])
  const selection = { limits, registry: SECRET_TYPES, ...(mask && { mask }) }
  return loggableMessage(desc, secretMessage('Order', json as never), selection)
}

const PLACES: Readonly<Record<string, readonly [json: object, redacted: readonly string[]]>> = {
  'a message': [{ card: CARD }, ['card.number', 'card.pin']],
  'a list': [{ cards: [CARD, CARD] }, ['cards.number', 'cards.pin']],
  'a map': [{ by_name: { a: CARD } }, ['by_name.number', 'by_name.pin']],
  'an Any': [
    { wrapped: { '@type': 'type.googleapis.com/test.Card', ...CARD } },
    ['wrapped.number', 'wrapped.pin'],
  ],
  'a message that is sensitive as a whole': [{ hidden: CARD }, ['hidden']],
  'a message of its own type': [
    { part: { part: { card: CARD } } },
    ['part.part.card.number', 'part.part.card.pin'],
  ],
}

for (const [place, [json, redacted]] of Object.entries(PLACES)) {
  t.test(`O5.9: sensitive fields in ${place} are redacted, and the others are shown`, async (t) => {
    const shown = show(json)
    t.same(shown.redacted, redacted)
    t.notMatch(JSON.stringify(shown), /SECRET/)
    if (place !== 'a message that is sensitive as a whole')
      t.match(JSON.stringify(shown.payload), /"holder":"ann"/)
  })
}

t.test(
  'O5.9: an Any of a type that nobody knows is redacted, because its fields may be sensitive',
  async (t) => {
    const order = secretMessage('Order', { id: '1' })
    const wrapped = { $typeName: 'google.protobuf.Any', typeUrl: 'a/b.C', value: Buffer.from('SECRET') }
    const shown = loggableMessage(
      secretType('Order'),
      { ...order, wrapped },
      { limits: LIMITS, registry: SECRET_TYPES },
    )
    t.same(shown, { payload: { id: '1' }, redacted: ['wrapped'], truncated: [] })
  },
)

t.test('O5.9: a field without a value is not called redacted', async (t) => {
  t.same(show({ id: '1', card: { holder: 'ann' } }), {
    payload: { id: '1', card: { holder: 'ann' } },
    redacted: [],
    truncated: [],
  })
})

t.test('O5.9: a mask selects fields, and never a sensitive one', async (t) => {
  const json = { id: '1', card: CARD, tags: ['x'] }
  t.same(show(json, ['id']), { payload: { id: '1' }, redacted: [], truncated: [] })
  t.same(show(json, ['card', 'tags']).payload, { card: { holder: 'ann' }, tags: ['x'] })
  t.same(show(json, ['card.holder']), { payload: { card: { holder: 'ann' } }, redacted: [], truncated: [] })
  t.same(show(json, []).payload, {})
})

t.test('O5.9: long fields and lists are cut, and named', async (t) => {
  const shown = show({ id: 'x'.repeat(17), tags: ['a', 'b', 'c'], cards: [{ photo: 'A'.repeat(40) }] })
  t.same(shown.truncated, ['id', 'cards.photo', 'tags'])
  t.match(shown.payload, { id: 'x'.repeat(16), tags: ['a', 'b'] })
  t.equal(show({ id: 'x'.repeat(16) }).truncated.length, 0)
  t.match(
    show({ id: `${'x'.repeat(15)}😀` }).payload,
    { id: `${'x'.repeat(15)}\ufffd` },
    'half a pair is no text',
  )
})

t.test('O5.9: Struct and its values are shown as JSON', async (t) => {
  t.same(show({ more: { a: [1, { b: null }] } }, undefined, { fieldLength: 16, items: 9 }).payload, {
    more: { a: [1, { b: null }] },
  })
})

t.test('O5.9: whatever the message, no secret is logged and the message stays as it is', async (t) => {
  const text = fc.string({ maxLength: 3 })
  const card = fc.record({ holder: text, number: fc.constant('SECRET'), pin: fc.constant('SECRET') })
  const { order } = fc.letrec((tie) => ({
    order: fc.record(
      {
        id: text,
        card,
        cards: fc.array(card, { maxLength: 3 }),
        by_name: fc.dictionary(fc.string({ minLength: 1, maxLength: 2 }), card, { maxKeys: 2 }),
        wrapped: card.map((fields) => ({ '@type': 'x/test.Card', ...fields })),
        part: fc.oneof({ depthSize: 'small' }, fc.constant({}), tie('order')),
      },
      { requiredKeys: [] },
    ),
  }))
  fc.assert(
    fc.property(order, (json) => {
      const desc = secretType('Order')
      const message = secretMessage('Order', json as never)
      const before = Buffer.from(toBinary(desc, message))
      const shown = loggableMessage(desc, message, { limits: LIMITS, registry: SECRET_TYPES })
      const isSame = before.equals(Buffer.from(toBinary(desc, message)))
      return isSame && !JSON.stringify(shown).includes('SECRET')
    }),
    { numRuns: 200 },
  )
  t.pass()
})
