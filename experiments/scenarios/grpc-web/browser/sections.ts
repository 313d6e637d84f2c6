// What the report shows of the browser.

import type { Section, Cell as TableCell } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { FLAVOURS } from '../lab/lab-types.ts'
import { BUNDLES, bytesOf, gzipOf, MODULES } from './bundles.ts'
import { CAPABILITIES } from './capabilities.ts'
import { EXPECTED } from './expected.ts'
import {
  ARRIVAL,
  CELLS,
  type Cell,
  foundOf,
  idOf,
  PROTOCOL,
  RESPONSE_BYTES,
  triedOf,
  UNTRUSTED,
} from './runs.ts'

export function browserSections(results: Results): readonly Section[] {
  return [...capabilities(results), ...bundles(results), ...untrusted(results)]
}

function capabilities(results: Results): readonly Section[] {
  const cells = CELLS.filter((cell) => foundOf(results, idOf(cell)) !== undefined)
  const flavours = FLAVOURS.filter((flavour) => cells.some((cell) => cell.flavour === flavour))
  if (flavours.length === 0) return []
  // Both transports give the same nearly everywhere: then it is said once.
  const row = (title: string, textFor: (cell: Cell) => string | undefined): readonly TableCell[] => [
    title,
    ...flavours.map((flavour) => {
      const ofFlavour = cells.filter((cell) => cell.flavour === flavour)
      const values = ofFlavour.map((cell) => [textFor(cell), cell.transport] as const)
      if (new Set(values.map(([value]) => value)).size === 1) return values[0]?.[0]
      return values.map(([value, transport]) => `${transport}: ${value}`).join('; ')
    }),
  ]
  const textOf = (name: string) => (cell: Cell) => foundOf(results, idOf(cell))?.texts?.[name]
  return [
    {
      kind: 'table',
      title: 'In a real browser',
      says: 'Two clients make the same calls from a page, in plaintext and over TLS: connect-web, on `fetch`, and Google’s grpc-web, on `XMLHttpRequest`. All of them bring statuses, texts, details of `google.rpc` and metadata, because the trailers are **in the body**. One row differs: grpc-web in its **binary** format gives a page the messages of a stream only when the stream has ended, because `XMLHttpRequest` hands out bytes only then; as **text** (base64) they come one by one. In plaintext a browser speaks HTTP/1.1, over TLS HTTP/2.',
      columns: [{ title: 'what is tried' }, ...flavours.map((title) => ({ title }))],
      rows: [
        row('protocol', textOf(PROTOCOL)),
        ...CAPABILITIES.map((capability) =>
          row(EXPECTED[capability].title, (cell) => inShort(results, cell, capability)),
        ),
        row('messages of a stream that goes on', textOf(ARRIVAL)),
        row('body of the answer to “hello”, in bytes', (cell) =>
          String(foundOf(results, idOf(cell))?.figures[RESPONSE_BYTES]),
        ),
      ],
    },
  ]
}

function inShort(
  results: Results,
  cell: Cell,
  capability: (typeof CAPABILITIES)[number],
): string | undefined {
  const tried = triedOf(results, cell, capability)
  if (tried === undefined) return undefined
  const { outcome, seenByService } = tried
  const status = outcome.code === 0 ? 'OK' : `${outcome.code}: ${outcome.text}`
  return [
    EXPECTED[capability].holds(tried) ? '✓' : '✗',
    status,
    ...(outcome.details.length > 0 ? [`${outcome.details.length} details`] : []),
    ...(seenByService === undefined || capability === 'metadata' ? [] : [`the service saw ${seenByService}`]),
  ].join(' · ')
}

function bundles(results: Results): readonly Section[] {
  const { figures } = foundOf(results, BUNDLES) ?? {}
  if (figures === undefined) return []
  const [connect = 0, google = 0, shared = 0] = MODULES.map(({ name }) => figures[gzipOf(name)] ?? 0)
  const percent = Math.round((100 * shared) / connect)
  return [
    {
      kind: 'table',
      title: 'What a client adds to a page',
      says: `Both clients use what protoc-gen-es generates from our .proto files; Google’s gets its \`MethodDescriptor\`s from it. Bundled by Vite, connect-web has **${kilobytes(connect)}** and grpc-web **${kilobytes(google)}** gzipped: no reason to choose one. ${percent} % of the first is protobuf-es with the messages of error details, which both contain.`,
      columns: [
        { title: 'bundle' },
        { title: 'minified', unit: 'bytes', decimals: 0 },
        { title: 'gzipped', unit: 'bytes', decimals: 0 },
      ],
      rows: MODULES.map(({ name, title }) => [title, figures[bytesOf(name)], figures[gzipOf(name)]]),
    },
  ]
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}

function untrusted(results: Results): readonly Section[] {
  const { texts } = foundOf(results, UNTRUSTED) ?? {}
  if (texts === undefined) return []
  return [
    {
      kind: 'table',
      title: 'A certificate that the browser does not trust',
      says: 'A page learns nothing of TLS: it gets the same failure as for a host that does not answer. Only the developer tools say it. Open the address of the proxy in a tab of its own to see the browser’s own words.',
      columns: [{ title: 'client' }, { title: 'what the page learns' }, { title: 'in the developer tools' }],
      rows: FLAVOURS.map((flavour) => [flavour, texts[flavour], texts[`${flavour} in the developer tools`]]),
    },
  ]
}
