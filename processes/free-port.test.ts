// The ports that freePort finds.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import t from 'tap'
import { freePort } from './free-port.ts'

t.test('a server can listen on the port', async (t) => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  t.match(server.address(), { port })
})

t.test('no port is taken for UDP by us', async (t) => {
  // More than there are in a block.
  for (const port of await Promise.all(Array.from({ length: 50 }, freePort))) {
    const socket = createSocket('udp4')
    socket.bind({ port, address: '127.0.0.1', exclusive: true })
    await once(socket, 'listening')
    socket.close()
  }
  t.pass('each can be bound')
})

const PORTS_OF_THE_KERNEL = '/proc/sys/net/ipv4/ip_local_port_range'

t.test('the kernel gives the port to nobody, and no other caller gets it', async (t) => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort))
  t.equal(new Set(ports).size, ports.length)
  if (!existsSync(PORTS_OF_THE_KERNEL)) return
  const [first = 0, last = 0] = readFileSync(PORTS_OF_THE_KERNEL, 'utf8').trim().split(/\s+/).map(Number)
  // Where an administrator has widened the range, no port is safe.
  if (first <= 32_767) return
  t.same(
    ports.filter((port) => port >= first && port <= last),
    [],
  )
})

t.test('another process that looks for ports gets other ones', async (t) => {
  // A module that is loaded again knows as little of the first as another process.
  const other: { freePort: typeof freePort } = await import(
    `${new URL('./free-port.ts', import.meta.url)}?another-process`
  )
  const take = (find: typeof freePort) => Promise.all(Array.from({ length: 500 }, () => find()))
  const [ours, theirs] = await Promise.all([take(freePort), take(other.freePort)])
  t.strictSame(
    ours.filter((port) => theirs.includes(port)),
    [],
  )
  t.equal(new Set([...ours, ...theirs]).size, 1_000)
})
