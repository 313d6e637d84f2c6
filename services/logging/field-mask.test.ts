// Paths of field masks, and all that can be wrong with them.

import t from 'tap'
import type { Problem } from '../../core/errors.ts'
import { secretType } from '../../test/support/secret-messages.ts'
import { maskTreeOf } from './field-mask.ts'

function problemsOf(...paths: string[]): readonly Problem[] {
  const problems: Problem[] = []
  maskTreeOf(secretType('Order'), paths, problems)
  return problems
}

t.test('O5.9: paths go through messages, lists, and values of maps', async (t) => {
  t.same(problemsOf('id', 'card.holder', 'cards.holder', 'by_name.holder', 'part.part.id'), [])
})

t.test('O5.9: all paths that select nothing are reported at once', async (t) => {
  t.same(problemsOf('id', 'nam', 'card.number', 'id.x', 'hidden'), [
    {
      path: 'test.Order.nam',
      message:
        'test.Order has no field "nam"; use one of: id, card, cards, by_name, wrapped, more, hidden, tags, part',
    },
    {
      path: 'test.Order.card.number',
      message: '"number" is sensitive, and a log never shows it; remove the path',
    },
    { path: 'test.Order.id.x', message: '"id" is not a message; end the path with it' },
    {
      path: 'test.Order.hidden',
      message: '"hidden" is sensitive, and a log never shows it; remove the path',
    },
  ])
})

t.test('O5.9: of a field and a part of it, the field counts', async (t) => {
  const whole = new Map([['card', undefined]])
  for (const paths of [
    ['card', 'card.holder'],
    ['card.holder', 'card'],
  ]) {
    t.same(maskTreeOf(secretType('Order'), paths, []), whole)
  }
})
