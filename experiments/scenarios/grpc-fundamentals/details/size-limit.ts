// How large the details of an error may be: found by bisection, with what happens beyond, also to a neighbor on the connection.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { RpcClient } from '../../../../services/rpc/index.ts'
import type { Way } from '../statuses/way.ts'
import type { Parts } from './parts.ts'
import { askForDetails, SIZED_CODE, type SizedAnswer } from './sized-errors.ts'

type Echo = RpcClient<typeof EchoService>

/** Certain to arrive, and certain not to. */
const SMALL = 1024
const LARGE = 1024 * 1024
/** No answer was seen to take longer than a second; without any, the call would wait forever. */
const PATIENCE_MS = 60_000

export interface SizeLimit {
  /** The largest details that arrived, in bytes of the trailer's value before base64. */
  readonly most: number
  /** What a client gets one byte beyond. */
  readonly beyond: SizedAnswer
  /** What a client gets far beyond. */
  readonly farBeyond: SizedAnswer
  /** Whether a stream on the same connection went on after that. */
  readonly isNeighborAlive: boolean
}

export async function findSizeLimit(parts: Parts, way: Way): Promise<SizeLimit> {
  const ask = (size: number) =>
    parts.with(EchoService, 'sized', way, (echo) => askForDetails(echo, size, PATIENCE_MS))
  const arrives = ({ code, bytes }: SizedAnswer, size: number) => code === SIZED_CODE && bytes > size
  let [low, high] = [SMALL, LARGE]
  let [good, bad] = [await ask(low), await ask(high)]
  const farBeyond = bad
  if (!arrives(good, low) || arrives(bad, high))
    throw new RangeError(`the limit is not between ${SMALL} and ${LARGE} bytes`)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const answer = await ask(middle)
    if (arrives(answer, middle)) [low, good] = [middle, answer]
    else [high, bad] = [middle, answer]
  }
  const isNeighborAlive = await parts.with(EchoService, 'sized', way, (echo) => hasNeighbor(echo))
  return { most: good.bytes, beyond: bad, farBeyond, isNeighborAlive }
}

/** A stream that has begun before the large error, on the same connection, and sends again after it. */
async function hasNeighbor(echo: Echo): Promise<boolean> {
  const large = Promise.withResolvers<void>()
  async function* requests() {
    yield { message: 'before' }
    await large.promise
    yield { message: 'after' }
  }
  const stream = echo.bidirectional(requests())
  try {
    await stream.next()
    await askForDetails(echo, LARGE, PATIENCE_MS)
    large.resolve()
    const { value } = await stream.next()
    return value?.message === 'after'
  } catch {
    return false
  } finally {
    large.resolve()
    await stream.return().catch(() => {})
  }
}
