// A caller over HTTP/2 that sends many calls at once and does not care how they end.

import { type ClientHttp2Session, connect } from 'node:http2'
import { EMPTY_GRPC_FRAME } from '../../core/grpc-framing.ts'
import type { Probe } from './probes.ts'

/** Carries the name of the call, so that a backend can tell which one it got. */
export const PROBE_HEADER = 'x-probe'

/** Some random documents let calls hang: what has not ended by then counts as not reached. */
const MOST_MS = 3_000

/**
 * Calls all at once, each on a connection of its own: a connection ends with a call that breaks the rules of HTTP/2. Resolves when all
 * have ended, at the latest after 3 s.
 * @param calls by their names
 * @param isTls without a certificate of its own, and without a look at the server's
 */
export async function callAll(
  port: number,
  isTls: boolean,
  calls: ReadonlyMap<string, Probe>,
): Promise<void> {
  const sessions: ClientHttp2Session[] = []
  const all = [...calls].map(([name, probe]) => {
    const session = connect(`${isTls ? 'https' : 'http'}://127.0.0.1:${port}`, { rejectUnauthorized: false })
    sessions.push(session.on('error', () => {}))
    return callOnce(session, probe, name)
  })
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, MOST_MS)
  await Promise.race([Promise.all(all), late.promise])
  clearTimeout(timer)
  for (const session of sessions) session.destroy()
}

async function callOnce(session: ClientHttp2Session, { path, headers }: Probe, name: string): Promise<void> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    ':authority': 'edge',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
    [PROBE_HEADER]: name,
  })
  stream.on('error', () => {}).resume()
  const ended = new Promise<void>((resolve) => stream.once('close', resolve))
  if (!stream.writableEnded) stream.end(EMPTY_GRPC_FRAME)
  await ended
}
