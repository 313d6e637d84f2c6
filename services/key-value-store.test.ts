// Properties of the store that calls on a fast connection do not show.
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { KeyValueStore } from './key-value-store.ts'

t.test('a value is copied, so its network buffer can be freed', (t) => {
  const buffer = Buffer.from('value')
  const entry = new KeyValueStore().put('a', buffer)
  t.not(entry.value.buffer, buffer.buffer)
  t.end()
})

t.test('a change during the existing entries of a watch comes after them', async (t) => {
  const store = new KeyValueStore()
  const none = new Uint8Array(0)
  store.put('a', none)
  store.put('b', none)
  const watch = store.watch('', new AbortController().signal)
  const steps = [(await watch.next()).value]
  store.delete('b')
  for (let step = 0; step < 3; step += 1) steps.push((await watch.next()).value)
  t.same(
    steps.map((step) => (step.kind === 'caught-up' ? step.kind : `${step.kind} ${step.entry.key}`)),
    ['put a', 'put b', 'caught-up', 'delete b'],
  )
})

t.test('a watcher that falls 1,024 changes behind gets an error and buffers no more', async (t) => {
  const store = new KeyValueStore()
  const watch = store.watch('p/', new AbortController().signal)
  const none = new Uint8Array(0)
  await watch.next()
  for (let change = 0; change < 1024; change += 1) store.put('p/a', none)
  store.put('q/a', none)
  t.match((await watch.next()).value, { kind: 'put' }, 'up to the limit the watch continues')
  for (let change = 0; change < 2; change += 1) store.put('p/a', none)
  await t.rejects(watch.next(), { code: status.RESOURCE_EXHAUSTED })
})
