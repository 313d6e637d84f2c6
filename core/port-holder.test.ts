import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { describeHolder } from './port-holder.ts'

async function listen(t: Test, host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

const OURSELVES = new RegExp(`^process ${process.pid} \\(.*node.*\\)$`)

const HELD = [
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', 'localhost'],
  ['127.0.0.1', '0.0.0.0'],
  ['0.0.0.0', '127.0.1.7'],
  ['::1', '[::1]'],
  ['::1', '[0:0:0:0:0:0:0:1]'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
] as const

t.test('the process that listens on an address is named with its command', async (t) => {
  for (const [bound, asked] of HELD) {
    t.match(describeHolder(`${asked}:${await listen(t, bound)}`), OURSELVES, `${bound} holds ${asked}`)
  }
})

t.test('a port that nobody holds there is not blamed on a process', async (t) => {
  const port = await listen(t, '127.0.0.2')
  t.equal(describeHolder(`127.0.0.1:${port}`), 'another process', 'a listener on another address')
  t.equal(describeHolder('unix:/tmp/socket'), 'another process', 'no TCP address')
  t.equal(describeHolder(`127.0.0.2:${port}`, testFolder(t)), 'another process', 'without /proc')
})
