// What the report shows of metadata: entries on both ways, what is rejected, and how much fits.

import type { MetadataSeen } from '../../../../examples/grpc-patterns/metadata.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { METADATA } from './examples.ts'

const SENT: Readonly<Record<string, string>> = {
  'sent-upper-case': '`Sent-Upper-Case: keys are lower …`',
  'sent-twice': '`sent-twice: first` and `sent-twice: second`',
  'sent-bytes-bin': '`sent-bytes-bin`: bytes 00 01 7f 80 ff',
  'sent-many-bin': '`sent-many-bin`: bytes 61, and bytes 62',
}

export function metadataSections(results: Results): readonly Section[] {
  const [direct, envoy] = [METADATA.direct.seenIn(results), METADATA.envoy.seenIn(results)]
  const either = direct ?? envoy
  if (either === undefined) return []
  const values = (seen: MetadataSeen | undefined, key: string) =>
    seen === undefined ? undefined : (seen.atServer[key] ?? []).map((value) => `\`${value}\``).join(' and ')
  return [
    {
      ...{ kind: 'table', title: 'Metadata: what arrives' },
      says: `Metadata is headers: keys are lower case, and bytes need a key that ends with \`-bin\`, which gRPC sends in base64. A key may come several times, but **repeated text values arrive as one text with commas**, as HTTP allows; repeated bytes stay apart. Put values that may contain commas into bytes. Answers have metadata twice: headers before the first message (here ${either.headers.filter((key) => key.startsWith('back-')).length} keys), and trailers with the status (\`${either.trailers.filter((key) => key === 'rows-read').join()}\`), which only the end can know. The program: \`npm run example grpc-patterns metadata\`.`,
      columns: [
        { title: 'sent' },
        { title: 'at the server, directly' },
        { title: 'at the server, through Envoy' },
      ],
      rows: Object.entries(SENT).map(([key, sent]) => [sent, values(direct, key), values(envoy, key)]),
    },
    {
      ...{ kind: 'table', title: 'Metadata that grpc-js rejects' },
      says: 'The call is never made: the line that sets the entry throws.',
      columns: [{ title: 'entry' }, { title: 'error' }],
      rows: Object.entries(either.rejected),
    },
    {
      ...{ kind: 'table', title: 'Metadata: how much fits' },
      says: 'A call with more and more metadata, in entries of 1,000 bytes. Where it ends depends on each hop: the limits of the client, of every proxy and of the server. The protocol of gRPC lets servers refuse more than 8 KiB, so **keep metadata below that**; tokens and cookies of others take their share.',
      columns: [{ title: 'metadata', unit: 'KiB' }, { title: 'directly' }, { title: 'through Envoy' }],
      rows: Object.keys(either.sizes).map((kib) => [
        Number(kib),
        direct?.sizes[Number(kib)],
        envoy?.sizes[Number(kib)],
      ]),
    },
  ]
}
