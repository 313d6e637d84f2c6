// The rate limiter as a process: its flags, new rules while it runs, its metrics, and counts that several share.

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { create } from '@bufbuild/protobuf'
import {
  RateLimitResponse_Code as Code,
  RateLimitRequestSchema,
  RateLimitService,
} from '@envoy/xds-protos/envoy/service/ratelimit/v3/rls_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { startProcess } from '../../processes/running-process.ts'
import { startRedis } from '../../test/support/redis.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { createClient } from '../rpc/index.ts'
import { parseRateLimiterFlags } from './rate-limiter-flags.ts'

const PROGRAM = fileURLToPath(new URL('./rate-limiter.ts', import.meta.url))

/** A day, so that no window ends in the test, unless it is midnight. */
const rulesFor = (requests: number) =>
  `domain: shop\ndescriptors: [{ key: tenant, rate_limit: { unit: day, requests_per_unit: ${requests} } }]\n`

async function openFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-rate-limiter-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

async function writeRules(folder: string, text: string): Promise<string> {
  const path = join(folder, 'rules.yaml')
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
  return path
}

async function start(t: Test, ...args: readonly string[]) {
  const lines: string[] = []
  let arrived = Promise.withResolvers<void>()
  const running = startProcess({
    name: 'the rate limiter',
    command: process.execPath,
    args: [PROGRAM, ...args],
    onLine: (line) => {
      lines.push(line)
      arrived.resolve()
    },
    ready: (line) =>
      line.startsWith('{"address"')
        ? (JSON.parse(line) as { readonly address: string; readonly metrics?: string })
        : undefined,
  })
  t.teardown(() => running.stop())
  const { address, metrics } = await running.ready
  const client = createClient(RateLimitService, address)
  t.teardown(() => client.close())
  const ask = (value: string, key = 'tenant') =>
    client.shouldRateLimit(
      create(RateLimitRequestSchema, { domain: 'shop', descriptors: [{ entries: [{ key, value }] }] }),
    )
  /** The line that contains the text, once it was written. */
  const line = async (text: string) => {
    for (;;) {
      arrived = Promise.withResolvers()
      const found = lines.find((one) => one.includes(text))
      if (found !== undefined) return found
      await arrived.promise
    }
  }
  return { running, client, ask, line, metrics }
}

t.test('T16: all invalid flags of the rate limiter are reported at once', async (t) => {
  t.throws(
    () => parseRateLimiterFlags(['--listen', 'here', '--store', 'mysql://x', '--metrics', 'unix:/a']),
    {
      code: 'invalid-argument',
      problems: [{ path: '--listen' }, { path: '--metrics' }, { path: '--rules' }, { path: '--store' }],
    },
  )
  t.match(parseRateLimiterFlags(['--rules', 'a', '--rules', 'b', '--store', 'redis://127.0.0.1:1']), {
    rules: ['a', 'b'],
    store: 'redis://127.0.0.1:1',
    listen: { host: '127.0.0.1', port: 0 },
  })
})

t.test('T16: the rate limiter limits by its rules, takes new ones while it runs, and counts', async (t) => {
  const folder = await openFolder(t)
  const rules = await writeRules(folder, rulesFor(2))
  const { running, client, ask, line, metrics } = await start(t, '--rules', rules, '--metrics', '127.0.0.1:0')
  const codes = []
  for (let call = 0; call < 3; call++) codes.push((await ask('blue')).overallCode)
  t.same(codes, [Code.OK, Code.OK, Code.OVER_LIMIT])
  t.equal((await ask('x', 'other')).overallCode, Code.OK, 'no rule')
  await t.rejects(client.shouldRateLimit({}), {
    code: status.INVALID_ARGUMENT,
    message: /domain: is empty.*descriptors: is empty/,
  })

  await writeRules(folder, 'domain: 5')
  t.match(await line('"rejected"'), /domain: must be the name by which Envoys ask/)
  t.equal((await ask('blue')).overallCode, Code.OVER_LIMIT, 'the old rules stay')
  await writeRules(folder, rulesFor(100))
  let over = 2
  for (;;) {
    const { overallCode, statuses } = await ask('blue')
    if (statuses[0]?.currentLimit?.requestsPerUnit === 100) break
    // The limiter has not seen the new file yet.
    over += Number(overallCode === Code.OVER_LIMIT)
  }
  t.equal((await ask('blue')).overallCode, Code.OK, 'new rules')

  const shown = await (await fetch(`http://${metrics}/metrics`)).text()
  t.match(shown, `switchyard_rate_limit_over_limit_total{limit="shop.tenant"} ${over}\n`)
  t.match(shown, /^switchyard_rate_limit_unmatched_total 1$/m)
  t.match(shown, /^grpc_server_handled_total\{.*ShouldRateLimit/m)
  t.equal(await running.ask('drain', (text) => JSON.parse(text).drained), 1)
})

t.test('T16: a rate limiter without valid rules, or without its store, does not start', async (t) => {
  const folder = await openFolder(t)
  const rules = await writeRules(folder, rulesFor(2))
  await t.rejects(start(t, '--rules', join(folder, 'none.yaml')), { message: /none\.yaml cannot be read/ })
  await t.rejects(start(t, '--rules', rules, '--store', 'redis://127.0.0.1:1'), {
    message: /the store of counts does not answer/,
  })
})

t.test(
  'T16: rate limiters with one store share its counts; without the store they have no answer',
  async (t) => {
    if (!requireTool(t, 'redis')) return
    const redis = await startRedis(t)
    const rules = await writeRules(await openFolder(t), rulesFor(5))
    const one = await start(t, '--rules', rules, '--store', redis.url, '--metrics', '127.0.0.1:0')
    const other = await start(t, '--rules', rules, '--store', redis.url)
    const codes: Code[] = []
    for (let call = 0; call < 4; call++) {
      for (const { ask } of [one, other]) codes.push((await ask('blue')).overallCode)
    }
    t.equal(codes.filter((code) => code === Code.OK).length, 5, 'of 8 in all')
    const alone = await start(t, '--rules', rules)
    t.equal((await alone.ask('blue')).statuses[0]?.limitRemaining, 4, 'the twin: in memory')

    await redis.stop()
    await t.rejects(one.ask('blue'), { code: status.UNAVAILABLE, message: /store of counts does not answer/ })
    await redis.restart()
    const again = async (): Promise<number | undefined> =>
      one.ask('blue').then(
        ({ statuses }) => statuses[0]?.limitRemaining,
        () => again(),
      )
    t.equal(await again(), 4, 'it counts again, from 0')
    const shown = await (await fetch(`http://${one.metrics}/metrics`)).text()
    t.match(shown, /^switchyard_rate_limit_store_failures_total [1-9]/m)
  },
)
