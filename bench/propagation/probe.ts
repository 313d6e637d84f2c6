// Calls on new connections. Their answers show whether an Envoy treats them at L4 or L7.

import { once } from 'node:events'
import { connect } from 'node:http2'
import type { LbMode } from '../../api/schemas/lb.ts'
import { EMPTY_GRPC_FRAME } from '../../core/grpc-framing.ts'

const METHOD = '/switchyard.echo.v1.EchoService/Unary'
/** Envoy's router adds this header; tcp_proxy does not. */
const SIGN_OF_L7 = 'x-envoy-upstream-service-time'

/** Resolves when an answer of `target` shows the mode. */
export async function untilBehaves(target: string, mode: LbMode): Promise<void> {
  while ((await modeOf(target)) !== mode);
}

async function modeOf(target: string): Promise<LbMode | undefined> {
  const session = connect(`http://${target}`)
  try {
    const call = session.request({
      ':method': 'POST',
      ':path': METHOD,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const failed = once(session, 'error').then(([error]) => Promise.reject(error))
    call.end(EMPTY_GRPC_FRAME)
    const [headers] = await Promise.race([once(call, 'response'), failed])
    return SIGN_OF_L7 in headers ? 'l7' : 'l4'
  } catch {
    // The listener was being replaced.
    return undefined
  } finally {
    session.destroy()
  }
}
