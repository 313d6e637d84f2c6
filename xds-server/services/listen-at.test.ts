// Where a server listens, and what is said of an address that it cannot have.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type NetConnectOpts } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { listenAt } from './listen-at.ts'

async function listen(t: Test, address: string, reusePort = false) {
  const server = new Server()
  const listening = await listenAt(address, reusePort, {
    server,
    credentials: ServerCredentials.createInsecure(),
    patienceMs: 60_000,
    onExpired: () => {},
  })
  t.teardown(async () => {
    for (const listener of listening.listeners) listener.close()
    server.forceShutdown()
    await Promise.all(listening.listeners.map(({ closed }) => closed))
  })
  return listening
}

/** Not a folder of the test: its path is too long for a socket. */
function socketIn(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return `${folder}/xds.sock`
}

/** Whether something accepts connections. */
async function accepts(at: NetConnectOpts): Promise<boolean> {
  const socket = connect(at)
  const isOpen = await Promise.race([
    once(socket, 'connect').then(
      () => true,
      () => false,
    ),
    once(socket, 'error').then(
      () => false,
      () => false,
    ),
  ])
  socket.destroy()
  return isOpen
}

t.test('a TCP port is the free one that was found', async (t) => {
  const { address, listeners } = await listen(t, '127.0.0.1:0')
  t.equal(address, `127.0.0.1:${listeners[0]?.port}`)
  t.equal(listeners.length, 1)
  t.ok(await accepts({ host: '127.0.0.1', port: listeners[0]?.port ?? 0 }))
})

/** A port that is free at one address of a host may be in use at another: then the next one is tried. */
async function listenAtHost(t: Test, attempts = 20): ReturnType<typeof listen> {
  return listen(t, 'localhost:0').catch((error) => {
    if (error.code !== 'address-in-use' || attempts === 0) throw error
    return listenAtHost(t, attempts - 1)
  })
}

t.test('all addresses of a host share a port', async (t) => {
  const { address, listeners } = await listenAtHost(t)
  const [first] = listeners
  t.ok(listeners.every(({ port }) => port === first?.port))
  t.equal(address, `localhost:${first?.port}`)
  t.ok(await accepts({ host: 'localhost', port: first?.port ?? 0 }))
})

t.test('an address that is in use is named, with what to do', async (t) => {
  const path = socketIn(t)
  for (const wanted of ['127.0.0.1:0', `unix:${path}`]) {
    const { address } = await listen(t, wanted)
    await t.rejects(listen(t, address), {
      code: 'address-in-use',
      message: new RegExp(
        `^${address} is in use by .*: stop that process, or choose another address \\(port 0 picks a free one\\)$`,
      ),
      cause: { code: 'EADDRINUSE' },
    })
  }
  t.ok(await accepts({ path }), 'the server that has it goes on')
})

t.test('what is no address is invalid, and so is one of another machine', async (t) => {
  await t.rejects(listen(t, 'xds'), {
    code: 'invalid-argument',
    message: 'cannot listen on xds: write HOST:PORT, [IPv6]:PORT or unix:/PATH',
  })
  await t.rejects(listen(t, '192.0.2.1:1'), {
    code: 'invalid-argument',
    message: /^cannot listen on 192\.0\.2\.1:1: /,
  })
})

t.test(
  'a port is shared if all that listen there want it',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const { address } = await listen(t, '127.0.0.1:0', true)
    t.equal((await listen(t, address, true)).address, address)
    await t.rejects(listen(t, address), { code: 'address-in-use' })
  },
)

t.test('a Unix socket has a path of up to 107 bytes', async (t) => {
  const path = socketIn(t)
  const longest = path.padEnd(107, 'a')
  t.equal((await listen(t, `unix:${longest}`)).address, `unix:${longest}`)
  t.ok(await accepts({ path: longest }))
  await t.rejects(listen(t, `unix:${longest}a`), {
    code: 'invalid-argument',
    message: `cannot listen on unix:${longest}a: the path has 108 bytes, and the limit is 107: choose a shorter path`,
  })
})

t.test('the socket file of a server that was killed is replaced, and any other file is not', async (t) => {
  const path = socketIn(t)
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', script, path])
  t.ok(existsSync(path))
  await listen(t, `unix:${path}`)
  t.ok(await accepts({ path }))
  const file = socketIn(t)
  writeFileSync(file, 'notes')
  await t.rejects(listen(t, `unix:${file}`), {
    code: 'invalid-argument',
    message: `cannot listen on unix:${file}: something else than a socket has this path: choose another one`,
  })
  t.ok(existsSync(file))
})
