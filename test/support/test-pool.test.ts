// How test files are spread over workers.

import t from 'tap'
import { runInPool } from './test-pool.ts'

const ENVOY = ['test/envoy/flip.test.ts', 'test/features/cors.test.ts', 'test/scenarios/grpc-web.test.ts']
const OTHERS = ['core/memo.test.ts', 'test/proxyless/churn.test.ts']

/** Runs them until the test ends each. */
function started(files: readonly string[], jobs: number, mostEnvoyTests?: number) {
  const running = new Map<string, () => void>()
  const order: string[] = []
  const run = (file: string) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    running.set(file, () => {
      running.delete(file)
      resolve()
    })
    order.push(file)
    return promise
  }
  const done = runInPool(files, jobs, run, mostEnvoyTests)
  /** Ends one, and lets its worker take the next. */
  const end = async (file: string) => {
    running.get(file)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { end, done, order, running: () => [...running.keys()] }
}

t.test('one worker runs tests of Envoys, the longest first, and the other all other tests', async (t) => {
  const pool = started([...OTHERS, ...ENVOY], 2)
  t.strictSame(pool.running(), ['test/scenarios/grpc-web.test.ts', 'core/memo.test.ts'])
  await pool.end('test/scenarios/grpc-web.test.ts')
  t.strictSame(pool.running(), ['core/memo.test.ts', 'test/envoy/flip.test.ts'])
  await pool.end('core/memo.test.ts')
  t.strictSame(pool.running(), ['test/envoy/flip.test.ts', 'test/proxyless/churn.test.ts'])
  await pool.end('test/proxyless/churn.test.ts')
  t.strictSame(pool.running(), ['test/envoy/flip.test.ts', 'test/features/cors.test.ts'], 'it helps out')
  for (const file of pool.running()) await pool.end(file)
  await pool.done
  t.strictSame(pool.order.toSorted(), [...OTHERS, ...ENVOY].toSorted(), 'each file runs once')
})

t.test('no more than three tests of Envoys run at a time, twin: other tests take all workers', async (t) => {
  const pool = started([...ENVOY, 'test/envoy/run.test.ts'], 5)
  t.equal(pool.running().length, 3)
  for (let files = pool.running(); files.length > 0; files = pool.running()) await pool.end(files[0] ?? '')
  await pool.done
  t.equal(pool.order.length, ENVOY.length + 1)
  const more = started([...ENVOY, 'test/envoy/run.test.ts'], 5, 4)
  t.equal(more.running().length, 4, 'or as many as are named')
  for (let files = more.running(); files.length > 0; files = more.running()) await more.end(files[0] ?? '')
  await more.done
  const others = started([...OTHERS, 'a.test.ts', 'b.test.ts'], 4)
  t.equal(others.running().length, 4)
  for (const file of others.running()) await others.end(file)
  await others.done
})
