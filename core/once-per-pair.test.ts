// What belongs to two objects is computed once for them, and anew for others.

import t from 'tap'
import { oncePerPair } from './once-per-pair.ts'

t.test('each pair is computed once, in its order', async (t) => {
  const computed: string[] = []
  const join = oncePerPair((a: { name: string }, b: { name: string }) => {
    computed.push(a.name + b.name)
    return a.name === b.name ? undefined : { joined: a.name + b.name }
  })
  const [a, b] = [{ name: 'a' }, { name: 'b' }]
  t.equal(join(a, b), join(a, b))
  t.same(join(b, a), { joined: 'ba' })
  t.equal(join(a, a), undefined)
  t.equal(join(a, a), undefined, 'no result is a result')
  t.same(computed, ['ab', 'ba', 'aa'])
})
