// The backend as a process: its ready line, its commands, and every way it ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { Test } from 'tap'
import t from 'tap'
import type { RunningProcess } from '../processes/running-process.ts'
import { startProcess } from '../processes/running-process.ts'
import { socketPath } from '../test/support/open-backend.ts'
import { createClient } from './rpc/index.ts'

interface ReadyLine {
  readonly id: string
  readonly address: string
}

const BACKEND = fileURLToPath(new URL('./backend.ts', import.meta.url))

function startBackendProcess(t: Test, ...flags: string[]): RunningProcess<ReadyLine> {
  const backend = startProcess({
    name: 'the backend',
    command: process.execPath,
    args: [BACKEND, ...flags],
    ready: (line): ReadyLine | undefined => (line.startsWith('{') ? JSON.parse(line) : undefined),
  })
  t.teardown(() => backend.stop())
  return backend
}

function echoClient(t: Test, address: string) {
  const client = createClient(EchoService, address)
  t.teardown(() => client.close())
  return client
}

function drainedIn(line: string): number | undefined {
  return JSON.parse(line).drained
}

t.test('a backend prints its address, and answers there with its id', async (t) => {
  const { id, address } = await startBackendProcess(t, '--id', 'b7').ready
  t.equal(id, 'b7')
  t.match(address, /^127\.0\.0\.1:\d+$/)
  t.equal((await echoClient(t, address).unary({})).backendId, 'b7')
})

t.test('a backend tells how many connections it has accepted', async (t) => {
  const backend = startBackendProcess(t, '--id', 'b1')
  const { address } = await backend.ready
  await echoClient(t, address).unary({})
  t.same(await backend.ask('connections', (line) => JSON.parse(line).connections), { accepted: 1, open: 1 })
})

/** Of a load, at least. */
const [DRAINS, LEAST_CALLS] = [20, 100]

for (const where of ['TCP', 'a Unix socket']) {
  t.test(`on ${where}, drains under load fail no unary call of a default channel`, async (t) => {
    const listen = where === 'TCP' ? '127.0.0.1:0' : `unix:${await socketPath(t)}`
    const backend = startBackendProcess(t, '--id', 'b1', '--listen', listen)
    const { address } = await backend.ready
    const echo = echoClient(t, address)
    let underLoad = true
    let answered = 0
    const failures: unknown[] = []
    const load = Array.from({ length: 16 }, async (_, index) => {
      while (underLoad) {
        try {
          await echo.unary({ delay: { nanos: index * 200_000 } })
          answered += 1
        } catch (error) {
          failures.push(error)
        }
      }
    })
    const drained: number[] = []
    while (drained.length < DRAINS || answered + failures.length < LEAST_CALLS) {
      await echo.unary({})
      drained.push(await backend.ask('drain', drainedIn))
    }
    underLoad = false
    await Promise.all(load)

    t.same(failures, [])
    t.ok(
      drained.every((connections) => connections >= 1),
      `each drain met the connection that followed the last: ${drained}`,
    )
  })
}

/** Each way to end a backend; all of them are graceful. */
const ENDS: Readonly<Record<string, (backend: RunningProcess) => unknown>> = {
  'the command stop': (backend) => backend.send('stop'),
  'the end of its stdin': (backend) => backend.endInput(),
  SIGTERM: ({ pid }) => process.kill(pid ?? Number.NaN, 'SIGTERM'),
  SIGINT: ({ pid }) => process.kill(pid ?? Number.NaN, 'SIGINT'),
}

for (const [what, end] of Object.entries(ENDS)) {
  t.test(`${what} lets calls in progress end, and then the process with exit code 0`, async (t) => {
    const backend = startBackendProcess(t, '--id', 'b1')
    const echo = echoClient(t, (await backend.ready).address)
    async function* requests() {
      yield { message: 'arrived' }
      yield { message: 'last', delay: { nanos: 200_000_000 } }
    }
    const answers = echo.bidirectional(requests())
    t.match(await answers.next(), { value: { message: 'arrived' } })
    end(backend)
    t.match(await answers.next(), { value: { message: 'last' } })
    t.same(await backend.exited, { code: 0, signal: null })
  })
}

t.test('with --stay, it serves without stdin, as in a container, until a signal', async (t) => {
  const flags = ['--id', 'b1', '--stay']
  const child = spawn(process.execPath, [BACKEND, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  t.teardown(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { address }: ReadyLine = JSON.parse(line)
  // Each call has a connection of its own, which a stopping backend refuses.
  for (let call = 0; call < 20; call += 1) {
    t.equal((await echoClient(t, address).unary({})).backendId, 'b1')
  }
  child.kill('SIGTERM')
  t.same(await exited, [0, null])
})

t.test('an unknown command is reported in one line, and the backend goes on', async (t) => {
  const backend = startBackendProcess(t, '--id', 'b1')
  await backend.ready
  const problem = await backend.ask('explode', (line) => line)
  t.equal(problem, 'backend: "explode" is not a command; give drain, connections, calls, behave, stop')
  t.equal(await backend.ask('drain', drainedIn), 0)
})

t.test('an address in use gives one line on stderr and exit code 1', async (t) => {
  const first = startBackendProcess(t, '--id', 'b1')
  const { address } = await first.ready
  const { pid } = first
  const second = startBackendProcess(t, '--id', 'b2', '--listen', address)
  await t.rejects(second.ready, {
    code: 'process-failed',
    message: new RegExp(
      `^the backend ended with exit code 1 before it was ready\n  backend: ${address} is in use by process ${pid} \\(.*--id b1.*\\); end that process, or use port 0$`,
    ),
  })
})

t.test('invalid flags are all listed on stderr, with exit code 2', async (t) => {
  const backend = startBackendProcess(t, '--listen', 'here', '--latency-ms', 'soon')
  await t.rejects(backend.ready, {
    message:
      /^the backend ended with exit code 2 .*\n.*invalid flags:\n.*--id.*\n.*--listen.*\n.*--latency-ms/,
  })
})
