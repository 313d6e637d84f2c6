// The types of a stream: found by their type URL, and in push order whatever the order in which a client asks for them.

import t from 'tap'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from '../snapshot/resource-type.ts'
import { createTypeState } from './type-state.ts'
import { TypeStates } from './type-states.ts'

const namesIn = (types: TypeStates) => types.values().map(({ type }) => type.typeUrl)

t.test('the types are in push order', async (t) => {
  const asked = [ROUTE, 'type.googleapis.com/acme.Unknown', LISTENER, ENDPOINT, CLUSTER]
  const types = asked.reduce((all, typeUrl) => all.with(createTypeState(typeUrl)), TypeStates.none)
  const known = namesIn(types).filter((typeUrl) => !typeUrl.endsWith('Unknown'))
  t.same(known, [CLUSTER, ENDPOINT, LISTENER, ROUTE])
  t.equal(types.size, asked.length)
})

t.test('a type is replaced where it is, and what was there before stays as it is', async (t) => {
  const before = [CLUSTER, LISTENER].reduce(
    (all, typeUrl) => all.with(createTypeState(typeUrl)),
    TypeStates.none,
  )
  const replaced = createTypeState(CLUSTER)
  const after = before.with(replaced)
  t.equal(after.get(CLUSTER), replaced)
  t.not(before.get(CLUSTER), replaced)
  t.same(namesIn(after), namesIn(before))
})

t.test('a type that was not asked for is not there', async (t) => {
  const types = TypeStates.none.with(createTypeState(CLUSTER))
  t.equal(types.get(ROUTE), undefined)
  t.same([types.has(CLUSTER), types.has(ROUTE)], [true, false])
})
