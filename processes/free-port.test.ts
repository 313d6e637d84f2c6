// The ports that freePort finds.
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { freePort } from './free-port.ts'

t.test('a server can listen on the port', async (t) => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  t.match(server.address(), { port })
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

/** Many enough that two who choose at random have some in common. */
const MANY = 300

// Only Linux has sockets whose names end with their process.
const skip = process.platform !== 'linux'

t.test('no two processes have the same port, even before they listen there', { skip }, async (t) => {
  // A thread shares no variables with this one, and so chooses as another process does.
  const other = new Worker(
    `
    const { parentPort, workerData } = require('node:worker_threads')
    const ask = async ({ freePort }) => Promise.all(Array.from({ length: workerData.many }, freePort))
    import(workerData.module).then(ask).then((ports) => parentPort.postMessage(ports))
    parentPort.on('message', () => {})
    `,
    { eval: true, workerData: { module: new URL('./free-port.ts', import.meta.url).href, many: MANY } },
  )
  t.teardown(() => other.terminate())
  const [mine, [theirs]] = await Promise.all([
    Promise.all(Array.from({ length: MANY }, freePort)),
    once(other, 'message') as Promise<[readonly number[]]>,
  ])
  t.equal(mine.length + theirs.length, 2 * MANY)
  t.same(
    mine.filter((port) => theirs.includes(port)),
    [],
  )
})
