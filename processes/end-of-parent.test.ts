// When a parent ends, for any reason, its processes end too.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import t from 'tap'
import { startProcess } from './running-process.ts'

const PARENT = fileURLToPath(new URL('../test/support/dialing-parent.ts', import.meta.url))

/** Starts the parent. `connectionsEnded` resolves when the connections of its two processes have closed. */
async function openParent(t: Test, kind: 'die-with-parent' | 'watching-stdin') {
  const ended: string[] = []
  const connectionsEnded = Promise.withResolvers<readonly string[]>()
  const server = createServer((socket) => {
    let name = ''
    socket.setEncoding('utf8')
    socket.on('data', (text) => {
      name += text
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      ended.push(name)
      if (ended.length === 2) connectionsEnded.resolve(ended.toSorted())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const parent = startProcess({
    name: 'the parent',
    command: process.execPath,
    args: [PARENT, String(port), kind],
    ready: (line) => line === 'ready' || undefined,
  })
  t.teardown(() => parent.stop())
  await parent.ready
  return { parent, ended, connectionsEnded: connectionsEnded.promise }
}

for (const kind of ['die-with-parent', 'watching-stdin'] as const) {
  t.test(`kill -9 of a parent ends its processes that are ${kind}`, async (t) => {
    const { parent, ended, connectionsEnded } = await openParent(t, kind)
    t.same(ended, [])
    process.kill(parent.pid ?? Number.NaN, 'SIGKILL')
    t.same(await parent.exited, { code: null, signal: 'SIGKILL' })
    t.same(await connectionsEnded, ['first', 'second'])
  })

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    t.test(
      `${signal} of a parent ends its ${kind} processes in reverse order, then itself with ${code}`,
      async (t) => {
        const { parent, connectionsEnded } = await openParent(t, kind)
        const order: string[] = []
        const bothEnded = parent.ask('', (line) => {
          if (line.endsWith(' ended')) order.push(line)
          return order.length === 2 ? order : undefined
        })
        process.kill(parent.pid ?? Number.NaN, signal)
        t.same(await bothEnded, ['second ended', 'first ended'])
        t.same(await connectionsEnded, ['first', 'second'])
        t.same(await parent.exited, { code, signal: null })
      },
    )
  }
}
