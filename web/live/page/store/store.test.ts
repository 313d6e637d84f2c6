// The store: it calls its readers once a frame.

import t from 'tap'
import { createStore } from './store.ts'

t.test('many changes before a frame make one call, and none is lost', async (t) => {
  const frames: (() => void)[] = []
  const store = createStore((callback) => frames.push(callback))
  let called = 0
  const end = store.subscribe(() => {
    called += 1
  })
  store.dispatch({ type: 'link', value: { state: 'live', since: 1 } })
  store.dispatch({ type: 'link', value: { state: 'lost', since: 2 } })
  t.equal(store.get().link.state, 'lost', 'the state is new at once')
  t.same([frames.length, called], [1, 0])
  frames.shift()?.()
  t.equal(called, 1)
  end()
  store.dispatch({ type: 'link', value: { state: 'live', since: 3 } })
  frames.shift()?.()
  t.equal(called, 1, 'a reader that has left is not called')
})

t.test('an action without an effect calls nobody', async (t) => {
  const frames: (() => void)[] = []
  const store = createStore((callback) => frames.push(callback))
  store.dispatch({ type: 'hello', value: { now: '2026-01-01T00:00:00.000Z', revision: 1, resumed: true } })
  t.equal(frames.length, 0)
})
