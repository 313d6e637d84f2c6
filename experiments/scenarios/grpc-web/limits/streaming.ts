// What a try of client or bidirectional streaming gives, in each client, and what the service sees of it.

import type { FollowedEcho } from '../bed/followed-echo.ts'
import type { LabPage } from '../bed/lab-page.ts'
import type { Flavour } from '../lab/lab-types.ts'

export const KINDS = ['clientStream', 'bidirectional'] as const
export type StreamKind = (typeof KINDS)[number]

/** One message for each that a page would like to send. */
const TEXTS = ['one', 'two', 'three']

export interface StreamTry {
  /** What the client answers: an error, or the last message. */
  readonly answer: string
  /** Messages that reached the service; undefined if no call did. */
  readonly received?: readonly string[]
}

/** @param url over HTTP/2, so that it is not HTTP/1.1 that prevents it */
export async function tryStreaming(
  lab: LabPage,
  echo: FollowedEcho,
  { flavour, kind, url }: { readonly flavour: Flavour; readonly kind: StreamKind; readonly url: string },
): Promise<StreamTry> {
  const id = `try ${flavour} ${kind}`
  const answer = await lab.run('tryToStream', { flavour, url, kind, id, texts: TEXTS })
  if (!echo.hasSeen(id)) return { answer }
  return { answer, received: (await echo.call(id)).received }
}

export interface FetchStreamTry {
  /** In lock step: the page sends the next message once the service has the last. */
  readonly received: readonly string[]
  /** Messages of the answer that the page had before it ended its request. */
  readonly before: number
  /** In all. */
  readonly messages: number
  readonly status: string
  readonly protocol: string
}

/** Streams a request by fetch, message by message. */
export async function streamByFetch(
  lab: LabPage,
  echo: FollowedEcho,
  { kind, url }: { readonly kind: StreamKind; readonly url: string },
): Promise<FetchStreamTry> {
  const id = `fetch ${kind}`
  await lab.run('openStream', { url, kind, id })
  const call = await echo.call(id)
  for (const [index, text] of TEXTS.entries()) {
    await lab.run('sendOnStream', id, text)
    await call.untilReceived(index + 1)
  }
  await lab.settled()
  const before = lab.told(id, 'message').length
  await lab.run('endStream', id)
  const end = await lab.untilTold<{
    messages?: readonly unknown[]
    trailers?: Record<string, string>
    error?: string
  }>(id, 'ended')
  const { protocol = 'unknown' } = await lab.network.untilOver(id)
  return {
    received: call.received,
    before,
    messages: end.messages?.length ?? 0,
    status: end.error ?? `grpc-status ${end.trailers?.['grpc-status']}`,
    protocol,
  }
}

/** What the same gives over HTTP/1.1: to the page, and in the developer tools. */
export async function streamByFetchInPlaintext(
  lab: LabPage,
  url: string,
): Promise<readonly [string, string]> {
  const id = 'fetch in plaintext'
  await lab.run('openStream', { url, kind: 'clientStream', id })
  const { error = 'no error' } = await lab.untilTold<{ readonly error?: string }>(id, 'ended')
  const { failure = 'no failure' } = await lab.network.untilOver(id)
  return [error, failure]
}
