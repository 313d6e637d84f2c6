// Statuses of calls that end too early or too late, or never get to a server.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import type { RpcClient } from '../../../../services/rpc/index.ts'
import { type Cause, RETRY, type Scene } from './cause.ts'
import { type Outcome, outcomeOf } from './outcome.ts'

const LONG = { seconds: 60n }
const DEADLINE_MS = 150
/** Long enough to see its first answer, and too many to end. */
const ENDLESS = { count: 1_000_000, payloadSize: 100 }

const onEcho =
  (server: string, use: (echo: RpcClient<typeof EchoService>, scene: Scene) => Promise<Outcome>) =>
  (scene: Scene): Promise<Outcome> =>
    scene.parts.with(EchoService, server, scene.way, (echo) => use(echo, scene))

/** Calls `onFirst` at the first answer of a stream, which then ends by what that does. */
async function readUntilEnd(
  echo: RpcClient<typeof EchoService>,
  onFirst: () => unknown,
  signal?: AbortSignal,
): Promise<void> {
  let isFirst = true
  for await (const _ of echo.serverStream(ENDLESS, signal && { signal })) {
    if (isFirst) await onFirst()
    isFirst = false
  }
}

export const CAUSES_OF_TIME: readonly Cause[] = [
  {
    id: 'cancelled-by-client',
    code: status.CANCELLED,
    what: 'the client cancels a stream after its first answer',
    by: 'client',
    retry: RETRY.caller,
    provoke: onEcho('store', (echo) => {
      const cancelling = new AbortController()
      return outcomeOf(readUntilEnd(echo, () => cancelling.abort(), cancelling.signal))
    }),
  },
  {
    id: 'deadline-of-client',
    code: status.DEADLINE_EXCEEDED,
    what: `the client allows ${DEADLINE_MS} ms, the service takes a minute`,
    by: 'client',
    retry: RETRY.idempotent,
    provoke: onEcho('store', (echo) =>
      outcomeOf(echo.unary({ delay: LONG }, { deadline: Date.now() + DEADLINE_MS })),
    ),
  },
  {
    id: 'capped-by-envoy',
    code: status.DEADLINE_EXCEEDED,
    what: 'the rule of Envoy has `maxStreamDuration: 200ms`',
    by: 'Envoy',
    retry: RETRY.idempotent,
    ways: ['envoy'],
    provoke: onEcho('capped', (echo) => outcomeOf(echo.unary({ delay: LONG }))),
  },
  {
    id: 'timed-out-in-envoy',
    code: status.UNAVAILABLE,
    what: 'the rule of Envoy has `timeout: 200ms`: HTTP 504 inside of Envoy',
    by: 'Envoy',
    retry: RETRY.idempotent,
    ways: ['envoy'],
    provoke: onEcho('slow', (echo) => outcomeOf(echo.unary({ delay: LONG }))),
  },
  {
    id: 'nobody-listens',
    code: status.UNAVAILABLE,
    what: 'no server listens on the address',
    by: 'client',
    retry: RETRY.backOff,
    provoke: onEcho('dead', (echo) => outcomeOf(echo.unary({}))),
  },
  {
    id: 'speaks-http1',
    code: status.UNAVAILABLE,
    what: 'the server on that port speaks HTTP/1.1 only',
    by: 'client',
    retry: RETRY.bug,
    provoke: onEcho('old', (echo) => outcomeOf(echo.unary({}))),
  },
  {
    id: 'killed-in-a-call',
    code: status.UNAVAILABLE,
    ends: { envoy: status.INTERNAL },
    note: 'Envoy has passed on headers and messages with HTTP 200, so all it can do is reset the stream: INTERNAL_ERROR (2), which is INTERNAL',
    what: 'the server is killed (SIGKILL) in the middle of a stream',
    by: 'client',
    retry: RETRY.idempotent,
    provoke: async (scene) => {
      const kill = await scene.parts.startVictim(scene.context)
      return await onEcho('victim', (echo) => outcomeOf(readUntilEnd(echo, kill)))(scene)
    },
  },
  {
    id: 'circuit-breaker',
    code: status.UNAVAILABLE,
    what: 'the circuit breaker of Envoy allows 1 call at a time, and one is under way',
    by: 'Envoy',
    retry: RETRY.backOff,
    ways: ['envoy'],
    provoke: onEcho('narrow', async (echo) => {
      const first = echo.serverStream(ENDLESS)
      await first.next()
      const outcome = await outcomeOf(echo.unary({}))
      await first.return()
      return outcome
    }),
  },
]
