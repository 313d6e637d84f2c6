// How many streams a page can have at a time: over HTTP/1.1 each takes one of the browser's six connections to a host.

import { HELD } from '../bed/followed-echo.ts'
import type { WebBed } from '../bed/web-bed.ts'

/** Of a browser to one host over HTTP/1.1. */
export const CONNECTIONS = 6
const STREAMS = 9

export interface StreamsFound {
  /** Streams that the page has opened. */
  readonly opened: number
  /** Of them, those that reached the service while none had ended. */
  readonly reached: number
  /** Whether the others came when streams ended. */
  readonly othersCame: boolean
}

/** @param expected how many must have come before it is decided that no more come */
export async function openStreams(
  { lab, echo }: WebBed,
  {
    url,
    name,
    expected = STREAMS,
  }: { readonly url: string; readonly name: string; readonly expected?: number },
): Promise<StreamsFound> {
  const ids = Array.from({ length: STREAMS }, (_, index) => `${name} ${index + 1}`)
  const request = { message: HELD, count: 1 }
  const calls = ids.map((id) =>
    lab.run('call', { flavour: 'connect-web', url, kind: 'serverStream', request, id }),
  )
  const came = new Set<string>()
  const enough = Promise.withResolvers<void>()
  const all = ids.map(async (id) => {
    await echo.call(id)
    came.add(id)
    if (came.size >= expected) enough.resolve()
  })
  await enough.promise
  // A request that was under way has come when a later one of another connection has been answered.
  await lab.settled()
  const reached = came.size
  for (const id of ids) echo.allow(id)
  await Promise.all([...calls, ...all])
  return { opened: STREAMS, reached, othersCame: came.size === STREAMS }
}
