// What the report shows of the logs.

import type { LogLine } from '../../../../core/log-line.ts'
import type { Cell, Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { linesIn, measuredOf, runIdOf, SAMPLE_RUN } from './figures.ts'
import { SAMPLED_PERCENT } from './logs-bed.ts'
import { LINES_TEXT, SAMPLED_FIGURE } from './payloads.ts'
import type { ProxyLine } from './read-lines.ts'
import { callsOf, STORIES } from './stories.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const rows = STORIES.flatMap((story) => {
    const measured = measuredOf(results, runIdOf(story))
    return measured === undefined ? [] : [{ story, lines: linesIn(measured) }]
  })
  if (rows.length === 0) return payloadSections(results)
  return [
    {
      kind: 'table',
      title: 'The same calls in three logs',
      says: 'Found by the id of their trace. Each cell is the lines of one side: status, milliseconds, and what else it knows. Envoy counts whole milliseconds.',
      columns: [
        { title: 'when' },
        { title: 'client' },
        { title: 'Envoy' },
        { title: 'server' },
        { title: 'it shows' },
      ],
      rows: rows.map(({ story, lines: { client, proxy, server } }): readonly Cell[] => [
        story.title,
        cellOf(callsOf(client), toText),
        cellOf(proxy, toProxyText),
        cellOf(callsOf(server), toText),
        story.says,
      ]),
    },
    ...payloadSections(results),
  ]
}

function cellOf<T>(lines: readonly T[], text: (line: T) => string): string {
  return lines.map(text).join('; ') || 'no line'
}

function toText({ grpcStatus, durationMs = 0, requests = 0, responses = 0, error }: LogLine): string {
  const details = error?.details?.map((detail) => String(detail['@type']).replace('google.rpc.', '')) ?? []
  const more = [
    ...(requests + responses > 2 ? [`${requests} requests, ${responses} responses`] : []),
    ...details,
    ...(error?.cause ? [`cause: ${error.cause.message.split(',')[0]}`] : []),
  ]
  return [`\`${grpcStatus}\` ${durationMs.toFixed(1)} ms`, ...more].join(', ')
}

/** Envoy's own sign. */
const NO_FLAG = '-'

function toProxyText({ grpcStatus, durationMs, flags, attempts }: ProxyLine): string {
  const more = [
    ...(flags !== null && flags !== NO_FLAG ? [`flags ${flags}`] : []),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ]
  return [`${grpcStatus === null ? 'no status' : `\`${grpcStatus}\``} ${durationMs} ms`, ...more].join(', ')
}

function payloadSections(results: Results): readonly Section[] {
  const sample = measuredOf(results, SAMPLE_RUN)
  if (sample === undefined) return []
  const lines = JSON.parse(sample.texts?.[LINES_TEXT] ?? '[]') as readonly LogLine[]
  return [
    {
      kind: 'table',
      title: 'One call of a sample, with its messages',
      says: `What the server has written, with ${SAMPLED_PERCENT} % of the payloads: **${sample.figures[SAMPLED_FIGURE]} of ${sample.calls}** calls had theirs logged, the same on client and server. The value is sensitive by its \`.proto\` file.`,
      columns: [
        { title: 'event' },
        { title: 'span' },
        { title: 'status' },
        { title: 'payload' },
        { title: 'redacted' },
      ],
      rows: lines.map((line): readonly Cell[] => [
        line.event,
        line.spanId,
        line.grpcStatus,
        line.payload === undefined ? undefined : `\`${JSON.stringify(line.payload)}\``,
        line.redacted?.join(', '),
      ]),
    },
  ]
}
