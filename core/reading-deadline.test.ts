// Deadlines that count only time in which the server could have read.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { readPreface } from './http2-preface.ts'
import { SilentConnections, startReadingDeadline } from './reading-deadline.ts'

const MS = 40

/** The event loop does nothing else meanwhile, as when thousands of clients come at once. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

t.test('a deadline is not over before sockets were read several times', async (t) => {
  let ended = false
  const over = new Promise<void>((resolve) => {
    startReadingDeadline(MS, () => {
      ended = true
      resolve()
    })
  })
  const cancel = startReadingDeadline(MS, () => t.fail('ended although it was cancelled'))
  for (let turn = 0; turn < 3; turn += 1) {
    block(3 * MS)
    await setImmediate()
    t.notOk(ended)
  }
  cancel()
  // Timers of this file do not keep it alive.
  const alive = setInterval(() => {}, MS)
  await over
  clearInterval(alive)
  t.ok(ended, 'twin: it ends')
})

t.test('S66: a preface that the server could not read in time is in time', async (t) => {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const accepted = once(listener, 'connection')
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1')
  const [server] = await accepted
  t.teardown(() => {
    client.destroy()
    server.destroy()
    listener.close()
  })
  const read = readPreface(server, MS)
  client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  block(10 * MS)
  await t.resolves(read)
})

t.test('X38: who is silent is found, and who has sent something that was read late is not', async (t) => {
  const found: string[] = []
  const [silent, talking, removed] = ['silent', 'talking', 'removed'].map((name) => ({ name, bytesRead: 1 }))
  if (silent === undefined || talking === undefined || removed === undefined) return
  let resolve = () => {}
  const over = new Promise<void>((done) => {
    resolve = done
  })
  const connections = new SilentConnections<{ readonly name: string; readonly bytesRead: number }>(
    MS,
    ({ name }) => {
      found.push(name)
      resolve()
    },
  )
  for (const one of [silent, talking, removed]) connections.add(one)
  connections.remove(removed)
  for (let turn = 0; turn < 4; turn += 1) {
    block(3 * MS)
    await setImmediate()
    t.same(found, [], 'a turn that lasts long counts once')
  }
  const talk = setInterval(() => {
    talking.bytesRead += 1
  }, 1)
  await over
  t.same(found, ['silent'])
  clearInterval(talk)
  connections.close()
})
