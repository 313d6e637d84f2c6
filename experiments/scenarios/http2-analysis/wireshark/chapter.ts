// Chapter: the captures of this run in Wireshark's decoder: the guide's filters, our protos, TLS with keys.

import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Cell, Section } from '../../../../harness/report/section.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { tshark } from '../../../../testbed/http2/tshark.ts'
import { capturedFrames } from '../frames/captured.ts'
import { NEEDS_TSHARK } from '../frames/chapter.ts'
import { measuredOf } from '../measured-of.ts'
import { countPackets } from './count-packets.ts'
import { guideFilters } from './guide-filters.ts'
import { WITH_PROTOS } from './protos.ts'
import { captureTls } from './tls-capture.ts'

const FILTERS = 'wireshark.filters'
const TLS = 'wireshark.tls'
const WITHOUT_KEYS = 'HTTP/2 packets without keys'
const WITH_LOG = 'HTTP/2 packets with the key log'
const WITH_INSIDE = 'HTTP/2 packets with keys inside the file'

export const WIRESHARK: Chapter = {
  title: 'Wireshark',
  runs: () => [
    {
      ...{
        id: FILTERS,
        labels: { capture: 'gRPC in plaintext' },
        needs: NEEDS_TSHARK,
        rounds: 1,
        seconds: 3,
      },
      measure: measureFilters,
    },
    {
      ...{ id: TLS, labels: { capture: 'gRPC over TLS' }, needs: NEEDS_TSHARK, rounds: 1, seconds: 4 },
      measure: measureTls,
    },
  ],
  checks,
  sections,
}

async function measureFilters(context: RunContext): Promise<Measured> {
  const { file, content } = await capturedFrames(context)
  const kept = await context.keep(basename(file), content)
  const filters = guideFilters().map(({ filter }) => filter)
  const counts = await countPackets(file, filters, WITH_PROTOS)
  return facts({
    figures: Object.fromEntries(filters.map((filter, index) => [filter, counts[index] ?? 0])),
    texts: { 'capture file': kept },
  })
}

async function measureTls(context: RunContext): Promise<Measured> {
  const { withoutKeys, withKeys, keyLog, message } = await captureTls(context)
  for (const file of [withoutKeys, withKeys, keyLog]) await context.keep(basename(file), await readFile(file))
  const packets = async (...args: readonly string[]) => (await tshark([...args, '-Y', 'http2'])).length
  const field = 'pbf.switchyard.echo.v1.EchoRequest.message'
  const read = await tshark(['-r', withKeys, ...WITH_PROTOS, '-Y', field, '-T', 'fields', '-e', field])
  return facts({
    figures: {
      [WITHOUT_KEYS]: await packets('-r', withoutKeys),
      [WITH_LOG]: await packets('-r', withoutKeys, '-o', `tls.keylog_file:${keyLog}`),
      [WITH_INSIDE]: await packets('-r', withKeys),
    },
    texts: { sent: message, read: read.join(', ') },
  })
}

function checks(results: Results): readonly Check[] {
  const filters = measuredOf(results, FILTERS)
  const tls = measuredOf(results, TLS)
  return [
    check(
      'O2.9',
      'Each display filter of the guide finds what it says in the capture of this run',
      filters === undefined
        ? []
        : Object.entries(filters.figures).map(([filter, packets]) => ({
            fact: `\`${filter}\`: ${packets} packets`,
            holds: packets > 0,
          })),
    ),
    check(
      'O2.9',
      'Wireshark sees HTTP/2 within TLS with the keys, and nothing of it without',
      tls === undefined
        ? []
        : [
            {
              fact: `${tls.figures[WITHOUT_KEYS]} HTTP/2 packets without`,
              holds: tls.figures[WITHOUT_KEYS] === 0,
            },
            ...[WITH_LOG, WITH_INSIDE].map((name) => ({
              fact: `${tls.figures[name]} ${name}`,
              holds: (tls.figures[name] ?? 0) > 0,
            })),
            {
              fact: `the message "${tls.texts?.sent}" is read as "${tls.texts?.read}" with our protos`,
              holds: tls.texts?.sent === tls.texts?.read,
            },
          ],
    ),
  ]
}

function sections(results: Results): readonly Section[] {
  const filters = measuredOf(results, FILTERS)
  const tls = measuredOf(results, TLS)
  if (filters === undefined && tls === undefined) return []
  const encrypted =
    tls === undefined
      ? ''
      : ` Of the call over TLS, tshark finds ${tls.figures[WITHOUT_KEYS]} packets of HTTP/2 without keys and ${tls.figures[WITH_LOG]} with them, and reads its message with our protos: "${tls.texts?.read}". Its capture is \`files/tls.pcapng\`, its keys \`files/tls-keys.log\`, and \`files/tls-with-keys.pcapng\` has both.`
  return [
    {
      kind: 'table',
      title: 'The same capture in Wireshark',
      says: `Display filters of the guide (docs/guides/wireshark.md), run by tshark on \`${filters?.texts?.['capture file'] ?? 'the capture'}\`: each finds what it is for.${encrypted}`,
      columns: [{ title: 'display filter' }, { title: 'shows' }, { title: 'packets', decimals: 0 }],
      rows: guideFilters().map(({ filter, shows }): Cell[] => [
        filter,
        shows.replaceAll('`', ''),
        filters?.figures[filter],
      ]),
    },
  ]
}
