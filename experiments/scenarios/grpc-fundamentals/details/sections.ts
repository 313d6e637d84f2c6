// What the report shows of error details.

import { status } from '@grpc/grpc-js'
import type { Cell, Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { WAYS } from '../statuses/way.ts'
import { foundIn, RUNS } from './figures.ts'
import type { LostAnswer } from './lost-answer.ts'
import { CLIENTS, type Retries } from './retry-by-details.ts'
import type { SizeLimit } from './size-limit.ts'
import { KINDS, type RichSeen } from './ten-details.ts'

interface Quota {
  readonly writes: number
  readonly windowMs: number
  readonly total: number
}

export function sectionsOf(results: Results, quota: Quota): readonly Section[] {
  const sent = WAYS.map((way) => foundIn<readonly RichSeen[]>(results, RUNS.sent(way)) ?? [])
  const limits = WAYS.flatMap((way) => {
    const limit = foundIn<SizeLimit>(results, RUNS.size(way))
    return limit === undefined ? [] : [{ way, ...limit }]
  })
  const retries = CLIENTS.flatMap((client, index) => {
    const found = foundIn<Retries>(results, RUNS.retries(index))
    return found === undefined ? [] : [{ client, ...found }]
  })
  const lost = [false, true].flatMap((isVersioned) => {
    const found = foundIn<LostAnswer>(results, RUNS.lost(isVersioned))
    return found === undefined ? [] : [{ isVersioned, ...found }]
  })
  return [
    ...(sent.some((seen) => seen.length > 0) ? [introduction(sent.flat()), kindsTable(sent)] : []),
    ...(limits.length > 0 ? [sizeTable(limits)] : []),
    ...(retries.length > 0 ? [retriesTable(retries, quota)] : []),
    ...(lost.length > 0 ? [lostTable(lost)] : []),
  ]
}

function introduction(seen: readonly RichSeen[]): Section {
  const sizes = seen.map(({ bytes }) => bytes)
  return {
    kind: 'text',
    title: 'Error details: what programs read',
    paragraphs: [
      'A status has a number and a text. The number is too coarse for a program (which field was wrong?), and a text is for people: whoever parses it breaks when it gets better. So services add **details**: protobuf messages, packed into `google.rpc.Status`, in the trailer `grpc-status-details-bin`. Ten kinds are standard, and each language reads them.',
      `The details below are from errors that happen: a wrong request, a missing key, a race, a sealed key, a quota. With a text, a stack and a request id they take ${Math.min(...sizes)} to ${Math.max(...sizes)} bytes before base64, which makes a third more of them. Envoy passes the trailer on without a look.`,
    ],
  }
}

function kindsTable(sent: readonly (readonly RichSeen[])[]): Section {
  const find = (seen: readonly RichSeen[] | undefined, type: string) => {
    for (const error of seen ?? []) {
      const detail = error.details.find((one) => one.type === type)
      if (detail) return { code: error.code, json: shorten(JSON.stringify(detail.json)) }
    }
    return undefined
  }
  return {
    kind: 'table',
    title: 'The ten kinds of details',
    says: 'As the client read them, in JSON. Long ones are cut here.',
    columns: [
      { title: 'kind' },
      { title: 'says' },
      { title: 'came with' },
      { title: 'read' },
      { title: 'what was in it' },
    ],
    rows: KINDS.map(({ schema, what }): readonly Cell[] => {
      const [direct, envoy] = sent.map((seen) => find(seen, schema.typeName))
      const one = direct ?? envoy
      return [
        schema.name,
        what,
        one && status[one.code],
        direct && envoy ? 'both ways' : direct ? 'directly' : envoy && 'through Envoy',
        one && `\`${one.json}\``,
      ]
    }),
  }
}

const LONGEST = 160

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`
}

function sizeTable(limits: readonly ({ readonly way: string } & SizeLimit)[]): Section {
  const ended = limits.filter(({ isNeighborAlive }) => !isNeighborAlive).length
  const neighbors =
    ended > 0
      ? ` **Worse, 1 MiB of details ends the whole connection to the server** (on ${ended} of ${limits.length} ways): a stream beside it ends too, although it has nothing to do with the error.`
      : ''
  const told = limits.map(
    ({ way, most }) => `${most} bytes ${way === 'direct' ? 'directly' : 'through Envoy'}`,
  )
  return {
    kind: 'table',
    title: 'How large details may be',
    says: `A service answers FAILED_PRECONDITION, do not retry, with details of any size; the largest that arrive were found by bisection: **${told.join(', ')}**. One byte more, and the client gets **another code**: the details take the status with them. Through Envoy that is UNAVAILABLE, and clients retry what can never succeed.${neighbors} Trailers are HTTP headers: Node writes and reads 64 KiB of them at most, after HPACK's Huffman code; Envoy accepts 60 KiB of a server, before it. Other proxies allow 8 KiB: stay below, and put large things behind a link.`,
    columns: [
      { title: 'way' },
      { title: 'largest that arrives', unit: 'bytes', decimals: 0 },
      { title: 'one byte more' },
      { title: 'with 1 MiB' },
      { title: "client's text" },
      { title: 'a stream beside it, on the same connection' },
    ],
    rows: limits.map(({ way, most, beyond, farBeyond, isNeighborAlive }) => [
      way === 'direct' ? 'directly' : 'through Envoy',
      most,
      status[beyond.code],
      status[farBeyond.code],
      beyond.text,
      isNeighborAlive ? 'goes on' : 'ends too',
    ]),
  }
}

function retriesTable(
  retries: readonly ({ readonly client: string } & Retries)[],
  { writes, windowMs, total }: Quota,
): Section {
  return {
    kind: 'table',
    title: 'A client that waits as long as the service says',
    says: `Both clients write ${total} keys to a service with a quota of ${writes} writes in ${windowMs} ms, through Envoy. With each refusal, the service says when the window ends (\`RetryInfo\`). A client that waits that long finishes as early, and the service has refused far fewer calls. grpc-js does not do it by itself: its retry policy reads \`grpc-retry-pushback-ms\`, not \`RetryInfo\`.`,
    columns: [
      { title: 'the client' },
      { title: 'attempts', decimals: 0 },
      { title: 'refused', decimals: 0 },
      { title: 'until all is written', unit: 's', decimals: 2 },
    ],
    rows: retries.map(({ client, attempts, refused, seconds }) => [client, attempts, refused, seconds]),
  }
}

function lostTable(lost: readonly ({ readonly isVersioned: boolean } & LostAnswer)[]): Section {
  return {
    kind: 'table',
    title: 'A write whose answer was lost',
    says: 'A relay passes a Put to the service, and cuts the connection when the answer comes. The client gets UNAVAILABLE, and cannot know that the write was done. It writes again. **Without a version the key changes twice**; with `expected_version` the second write is refused, and its `ErrorInfo` says why: the first one was done. A call may be retried if it says what it is based on, or if doing it twice is the same as once.',
    columns: [
      { title: 'the write' },
      { title: 'first attempt' },
      { title: "client's text" },
      { title: 'second attempt' },
      { title: 'reason in its details' },
      { title: 'changes of the key', decimals: 0 },
    ],
    rows: lost.map(({ isVersioned, firstCode, firstText, secondCode, reason, changes }) => [
      isVersioned ? 'Put with expected_version' : 'Put',
      status[firstCode],
      firstText,
      status[secondCode],
      reason,
      changes,
    ]),
  }
}
