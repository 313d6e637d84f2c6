// What goes with a call: metadata, deadlines, cancellation, and answers that come one by one.

import { ASKS, PAGE } from '../witness.ts'
import { callEcho, describe, type Probe } from './probe.ts'

/** How long something may take that should happen at once: what has not happened by then, does not happen by itself. */
const PATIENCE_MS = 2_000
/** A deadline that passes while the service holds its answer. */
const DEADLINE_MS = 300

export const CONTEXT_PROBES: readonly Probe[] = [
  {
    id: 'metadata',
    title: 'metadata at the service',
    ask: async (probed) => {
      const headers = {
        'x-trace': 'abc',
        'x-trace-bin': Buffer.from([0, 1, 255]).toString('base64'),
        origin: PAGE,
      }
      await callEcho(probed, 'Unary', { message: 'metadata' }, { headers })
      const seen = probed.witness.seen('metadata')?.metadata
      const [bytes] = seen?.get('x-trace-bin') ?? []
      const parts = {
        text: seen?.get('x-trace')[0] === 'abc',
        binary: bytes instanceof Uint8Array && Buffer.from(bytes).equals(Buffer.from([0, 1, 255])),
      }
      const also = ['x-grpc-web', 'origin', 'x-forwarded-for', 'x-request-id'].filter(
        (name) => seen?.get(name).length,
      )
      const arrived = Object.entries(parts).flatMap(([name, is]) => (is ? [name] : []))
      return `${arrived.join(', ') || 'lost'}; also ${also.join(', ') || 'nothing'}`
    },
  },
  {
    id: 'deadline',
    title: 'a deadline at the service',
    ask: async (probed) => {
      await callEcho(probed, 'Unary', { message: 'deadline' }, { headers: { 'grpc-timeout': '60S' } })
      const left = probed.witness.seen('deadline')?.leftMs
      return left === undefined
        ? 'lost'
        : left > 0 && left <= 60_000
          ? 'arrives'
          : `${left} ms are left of 60 s`
    },
  },
  {
    id: 'deadline-passes',
    title: 'a deadline that passes',
    ask: async (probed) => {
      const headers = { 'grpc-timeout': `${DEADLINE_MS}m` }
      const signal = AbortSignal.timeout(10 * PATIENCE_MS)
      try {
        return describe(await callEcho(probed, 'Unary', { message: ASKS.hold }, { headers, signal }))
      } catch (error) {
        return signal.aborted ? 'no answer' : `the connection ends (${(error as NodeJS.ErrnoException).code})`
      } finally {
        probed.witness.release()
      }
    },
  },
  {
    id: 'cancel',
    title: 'a page that goes away',
    ask: async ({ witness, ...probed }) => {
      const page = new AbortController()
      const first = Promise.withResolvers<void>()
      const call = callEcho(
        probed,
        'ServerStream',
        { message: ASKS.hold, count: 2 },
        { signal: page.signal, onFrame: () => first.resolve() },
      )
      // Some ways hold back the first answer too: the service has the call by then all the same.
      call.catch(() => {})
      await Promise.race([first.promise, wait(PATIENCE_MS)])
      page.abort()
      const ended = witness.seen(ASKS.hold)?.aborted.then(() => 'the call ends at the service')
      const outcome = await Promise.race([ended, wait(PATIENCE_MS).then(() => 'the service goes on')])
      witness.release()
      return outcome ?? 'the call did not arrive'
    },
  },
  {
    id: 'one-by-one',
    title: 'the first answer of a stream, before the second is sent',
    ask: async (probed) => {
      let early = 0
      const first = Promise.withResolvers<void>()
      const onFrame = () => {
        early += 1
        first.resolve()
      }
      const call = callEcho(probed, 'ServerStream', { message: ASKS.hold, count: 2 }, { onFrame })
      await Promise.race([first.promise, wait(PATIENCE_MS)])
      const before = early
      probed.witness.release()
      await call
      return before === 1 ? 'arrives at once' : 'waits for the end'
    },
  },
]

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
