// What the report shows of size limits, and what follows from it.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { MIB, MOST } from './places.ts'
import { type LimitRow, limitRows } from './rows.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const [messages, metadata] = [limitRows(results, 'message'), limitRows(results, 'metadata')]
  const paragraphs = [...messageAdvice(messages), ...proxyAdvice(messages), ...metadataAdvice(metadata)]
  return [
    ...(messages.length > 0 ? [messageTable(messages)] : []),
    ...(metadata.length > 0 ? [metadataTable(metadata)] : []),
    ...(paragraphs.length > 0
      ? [{ kind: 'text' as const, title: 'Size limits: what to set', paragraphs }]
      : []),
  ]
}

function messageTable(rows: readonly LimitRow[]): Section {
  return {
    kind: 'table',
    title: 'Size of messages',
    says: `The largest message that passes and the smallest that fails, in bytes of protobuf, found by real calls of up to ${MOST.message / MIB} MiB. Where no size fails, nothing is refused up to that. A limit is that of the **receiver**, and of each message, not of a stream.`,
    columns: [
      { title: 'place' },
      { title: 'passes', unit: 'bytes' },
      { title: 'fails', unit: 'bytes' },
      { title: 'status and text' },
      { title: 'option' },
    ],
    rows: rows.map((row) => [placeText(row), row.passes, row.fails, statusText(row), row.place.option]),
  }
}

function metadataTable(rows: readonly LimitRow[]): Section {
  return {
    kind: 'table',
    title: 'Size of metadata',
    says: `One metadata whose value grows, to ${MOST.metadata / 1_024} KiB at most; headers of gRPC itself are in the list with it. Where no size fails, nothing is refused up to that. HTTP/2 counts names, values and 32 bytes for each header. Java and C-core limit that list, Envoy the list without the 32 bytes, Node and NGINX one encoded header. C-core takes what is within its soft limit, refuses what is beyond its hard limit, and decides **by chance** between them.`,
    columns: [
      { title: 'place' },
      { title: 'value that passes', unit: 'bytes' },
      { title: 'that fails', unit: 'bytes' },
      { title: 'its list', unit: 'bytes' },
      { title: 'status and text' },
      { title: 'option' },
    ],
    rows: rows.map((row) => [
      placeText(row),
      row.passes,
      row.fails,
      row.lists.passes,
      statusText(row),
      row.place.option,
    ]),
  }
}

const placeText = ({ program, place }: LimitRow) => `${program.title}: ${place.title}`

const LONGEST = 70

function statusText({ code, text = '' }: LimitRow): string | undefined {
  if (code === undefined) return undefined
  return `${code}: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`
}

const isDefault = ({ place }: LimitRow) => place.option !== '' && !place.option.startsWith('here ')

function messageAdvice(rows: readonly LimitRow[]): readonly string[] {
  const limited = rows.filter(
    (row) => isDefault(row) && row.code === 'RESOURCE_EXHAUSTED' && row.place.title.includes('receives'),
  )
  const [first] = limited
  if (first === undefined) return []
  const same = limited.every(({ passes }) => passes === first.passes)
  const sizes = same
    ? `${first.passes} bytes pass and ${first.fails} fail at all ${limited.length} receivers`
    : limited.map((row) => `${placeText(row)} ${row.passes}`).join(', ')
  return [
    `**Messages of more than ${first.passes / MIB} MiB: raise the limit where they arrive, or better, stream them in pieces.** By default ${sizes}, with RESOURCE_EXHAUSTED. Senders have no limit, so only the receiver says so. Raising it is a promise of memory: the receiver holds a whole message, for each call at a time.`,
  ]
}

function proxyAdvice(rows: readonly LimitRow[]): readonly string[] {
  const row = rows.find(({ program, place }) => program.id === 'nginx' && place.id === 'server')
  if (row === undefined) return []
  return [
    `**NGINX in between: set \`client_max_body_size 0\`.** Its default refuses a call with ${row.fails} bytes as ${row.code}: "${row.text}", and counts all requests of a client stream together. An Envoy has no limit for messages, whatever its buffers.`,
  ]
}

function metadataAdvice(rows: readonly LimitRow[]): readonly string[] {
  const limited = rows.filter((row) => isDefault(row) && row.fails !== undefined)
  const [least] = limited.toSorted((a, b) => a.passes - b.passes)
  if (least === undefined) return []
  const codes = [...new Set(limited.map(({ code }) => code))]
  return [
    `**Metadata: keep all of it below the smallest limit on its way, or 3 KiB if you do not know the way.** The smallest here is that of ${placeText(least)}: a value of ${least.passes} bytes. Beyond limits the status says little: it is ${codes.join(', ')} by place. Large tokens and error details (\`grpc-status-details-bin\` is metadata too) belong in messages.`,
  ]
}
