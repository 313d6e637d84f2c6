// Metadata: what keys and values may be, what becomes of repeated keys and of bytes, and how much fits.

import { Metadata, type StatusObject, status } from '@grpc/grpc-js'
import { connectEcho, type EchoClient, type EchoHandlers, type Print, serveEcho } from './echo.ts'

/** The server returns all that it received below this prefix, so that the client sees it from both sides. */
const BACK = 'back-'
const SIZES_KIB = [1, 8, 16, 32, 48, 62, 80, 256]

export interface MetadataSeen {
  /** What each entry was at the server; several values of a key are several texts. */
  readonly atServer: Readonly<Record<string, readonly string[]>>
  /** Where each kind of answer metadata arrived. */
  readonly headers: readonly string[]
  readonly trailers: readonly string[]
  /** The error of grpc-js for entries that it does not take. */
  readonly rejected: Readonly<Record<string, string>>
  /** The status of a call with this much metadata, by KiB. */
  readonly sizes: Readonly<Record<number, string>>
}

/** Sends received metadata back, as headers, and an entry of its own as a trailer. */
export const returnMetadata: EchoHandlers['unary'] = (call, answer) => {
  const back = new Metadata()
  for (const [key, values] of Object.entries(call.metadata.toJSON())) {
    if (!key.startsWith('sent-')) continue
    for (const value of values) back.add(`${BACK}${key}`, value)
  }
  call.sendMetadata(back)
  const trailer = new Metadata()
  trailer.set('rows-read', '42')
  answer(null, {}, trailer)
}

interface Answer {
  readonly headers: Metadata | undefined
  readonly status: StatusObject
}

function callWith(client: EchoClient, metadata: Metadata): Promise<Answer> {
  return new Promise((resolve) => {
    let headers: Metadata | undefined
    const call = client.unary({}, metadata, {}, () => {})
    call.on('metadata', (received: Metadata) => {
      headers = received
    })
    call.on('status', (received: StatusObject) => resolve({ headers, status: received }))
  })
}

/** @param address of another way to a server with `returnMetadata`, such as a proxy; default: a server of its own */
export async function showMetadata(print: Print, address?: string): Promise<MetadataSeen> {
  const server = address === undefined ? await serveEcho({ unary: returnMetadata }) : undefined
  const client = connectEcho(address ?? server?.address ?? '')
  try {
    const metadata = new Metadata()
    metadata.set('Sent-Upper-Case', 'keys are lower case on the wire')
    metadata.add('sent-twice', 'first')
    metadata.add('sent-twice', 'second')
    metadata.set('sent-bytes-bin', Buffer.from([0, 1, 127, 128, 255]))
    metadata.add('sent-many-bin', Buffer.from('a'))
    metadata.add('sent-many-bin', Buffer.from('b'))
    const { headers, status: ended } = await callWith(client, metadata)
    const atServer = textsOf(headers)
    for (const [key, values] of Object.entries(atServer))
      print(`the server got ${key}: ${JSON.stringify(values)}`)
    const trailers = Object.keys(ended.metadata.getMap())
    print(`trailers of the answer: ${trailers.join(', ')}`)

    const rejected = {
      'a value with "é"': errorOf(() => metadata.set('sent-text', 'café')),
      'a value with a line break': errorOf(() => metadata.set('sent-text', 'a\nb')),
      'a key with a space': errorOf(() => metadata.set('sent text', 'a')),
      'bytes without -bin': errorOf(() => metadata.set('sent-text', Buffer.from([1]))),
      'text with -bin': errorOf(() => metadata.set('sent-text-bin', 'a')),
    }
    for (const [what, error] of Object.entries(rejected)) print(`${what}: ${error}`)

    const sizes: Record<number, string> = {}
    for (const kib of SIZES_KIB) {
      const large = new Metadata()
      // A header has a few KiB at most in practice: several of 1 KiB, as cookies and tokens are.
      for (let index = 0; index < kib; index += 1) large.set(`sent-${index}`, 'x'.repeat(1_000))
      const { status: size } = await callWith(client, large)
      sizes[kib] = size.code === status.OK ? 'OK' : `${status[size.code]}: ${size.details}`
      print(`${kib} KiB of metadata: ${sizes[kib]}`)
    }
    return { atServer, headers: Object.keys(headers?.getMap() ?? {}), trailers, rejected, sizes }
  } finally {
    client.close()
    server?.close()
  }
}

/** Values as text, bytes in hex. */
function textsOf(headers: Metadata | undefined): Record<string, string[]> {
  const entries = Object.entries(headers?.toJSON() ?? {}).filter(([key]) => key.startsWith(BACK))
  return Object.fromEntries(
    entries.map(([key, values]) => [
      key.slice(BACK.length),
      values.map((value) => (typeof value === 'string' ? value : `bytes ${value.toString('hex')}`)),
    ]),
  )
}

function errorOf(act: () => void): string {
  try {
    act()
    return 'accepted'
  } catch (error) {
    return (error as Error).message
  }
}
