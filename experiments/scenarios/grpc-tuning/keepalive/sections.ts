// What the report shows of keepalive, and what follows from it.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { adviceOf } from './advice.ts'
import { CALM_TEXTS, type CalmConnection, calmId, MIN_PING_MS } from './calm.ts'
import type { PingSteps } from './ping-steps.ts'
import { envoyRows, languageRows, type NoticedRow, retransmissionRows, silenceRows } from './rows.ts'
import { answeredFigure, goAwayText, PINGED_SERVERS, PINGS, STEPS, strikesId } from './strikes.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const paragraphs = adviceOf(results)
  return [
    ...strikesTable(results),
    ...strikesSequence(results),
    ...calmTable(results),
    ...noticedSections(results),
    ...(paragraphs.length > 0
      ? [{ kind: 'text' as const, title: 'Keepalive: what to set', paragraphs }]
      : []),
  ]
}

function strikesTable(results: Results): readonly Section[] {
  const rows = PINGED_SERVERS.flatMap((server) => {
    const round = roundsOf(results, strikesId(server)).at(-1)
    if (round === undefined) return []
    const { figures, texts = {} } = round
    return [
      [
        ...[server.title, figures[answeredFigure('busy')], figures[answeredFigure('idle')]],
        texts[goAwayText('busy')],
        figures[answeredFigure('allowed')],
        server.allowedBy ?? 'does not count pings',
      ],
    ]
  })
  if (rows.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Too many pings: who counts them',
      says: `A client of HTTP/2 that sends a PING as soon as the one before it is answered, ${PINGS} at most. Servers of gRPC that count allow one each five minutes by default, and take two or three that come earlier. Then they end the connection, with all calls on it.`,
      columns: [
        { title: 'server' },
        { title: 'answered, with a call' },
        { title: 'answered, idle' },
        { title: 'GOAWAY' },
        { title: 'answered, at an allowed rate' },
        { title: 'allowed by' },
      ],
      rows,
    },
  ]
}

function strikesSequence(results: Results): readonly Section[] {
  const server = PINGED_SERVERS.find((one) => one.allowedBy !== undefined)
  const text = server && roundsOf(results, strikesId(server)).at(-1)?.texts?.[STEPS]
  if (server === undefined || text === undefined) return []
  const steps: PingSteps = JSON.parse(text)
  return [
    {
      kind: 'sequence',
      title: `Too many pings, frame by frame: ${server.title}`,
      says: 'Times are those at a tap between both. The server answers each PING, also the last: the GOAWAY after it says why it ends, in its debug data.',
      actors: ['client', server.title],
      steps: steps.map(({ label, from, atMs }) => ({
        label,
        from: from === 'client' ? 'client' : server.title,
        ...{ sentMs: atMs, receivedMs: atMs },
      })),
    },
  ]
}

function calmTable(results: Results): readonly Section[] {
  const round = roundsOf(results, calmId('often')).at(-1)
  if (round === undefined) return []
  const { texts = {} } = round
  const connections: readonly CalmConnection[] = JSON.parse(texts[CALM_TEXTS.connections] ?? '[]')
  return [
    {
      kind: 'table',
      title: 'What grpc-js does about too_many_pings',
      says: `A server in Go allows a ping every ${MIN_PING_MS} ms. grpc-js doubles its keepalive time each time it is sent away, for this address and as long as the channel lives, and connects again with the next call. The call in flight is lost each time: it may have had effects, so that nothing retries it. grpc-js also writes a line to standard error: "${texts[CALM_TEXTS.says]?.split('\n')[0]?.replace(/Connection to .* rejected/, 'Connection to … rejected')}".`,
      columns: [
        { title: 'connection' },
        { title: 'pings' },
        { title: 'shortest pause', unit: 'ms', decimals: 0 },
        { title: 'the server' },
        { title: 'the call' },
      ],
      rows: connections.map(({ pings, leastPauseMs, goAway, call }, at) => [
        ...[at + 1, pings, leastPauseMs],
        ...[goAway ?? 'leaves it in peace', call ?? 'goes on'],
      ]),
    },
  ]
}

const textOf = (ms: number) => (ms < 10_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`)

function noticedSections(results: Results): readonly Section[] {
  const [link, stopped] = [silenceRows(results, 'link'), silenceRows(results, 'process')]
  const titles = new Set([...link, ...stopped].map(({ title }) => title))
  const both = [...titles].map((title) => ({
    title,
    link: link.find((row) => row.title === title),
    stopped: stopped.find((row) => row.title === title),
  }))
  const overLink = [...languageRows(results), ...retransmissionRows(results)]
  const rows = [
    ...both,
    ...overLink.map((row) => ({ title: row.title, link: row, stopped: undefined })),
    ...envoyRows(results).map((row) => ({ title: row.title, link: undefined, stopped: row })),
  ]
  if (rows.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'A peer that goes silent: who notices, and when',
      says: 'No FIN, no RST: the link loses every packet, or the process at the other end is stopped, so that its kernel still acknowledges every byte and TCP sees nothing wrong. With a keepalive of **time + timeout** a peer is given up between timeout (a ping was just on its way) and time + timeout (one had just been answered). Here it goes silent soon after the channels have connected, which is near the later end.',
      columns: [
        { title: 'who watches' },
        { title: 'settings say' },
        { title: 'packets are lost' },
        { title: 'process is stopped' },
        { title: 'what the program sees' },
      ],
      rows: rows.map((row) => [
        row.title,
        saidText(row.link ?? row.stopped),
        noticedText(row.link),
        noticedText(row.stopped),
        (row.link ?? row.stopped)?.how,
      ]),
    },
    {
      kind: 'bars',
      title: 'Time until a silent peer is noticed',
      unit: 'ms',
      bars: rows.flatMap(({ title, ...row }) => {
        const { noticed = [] } = row.link ?? row.stopped ?? {}
        return noticed.length > 0 ? [{ label: title.replaceAll('`', ''), values: noticed }] : []
      }),
    },
  ]
}

function saidText(row: NoticedRow | undefined): string | undefined {
  if (row === undefined) return undefined
  const { predicted } = row
  return predicted === undefined ? 'never' : `${textOf(predicted[0])} to ${textOf(predicted[1])}`
}

function noticedText(row: NoticedRow | undefined): string | undefined {
  if (row === undefined) return undefined
  const { noticed, watched } = row
  if (noticed.length === 0) return `not within ${textOf(Math.min(...watched))}`
  const [least, most] = [Math.min(...noticed), Math.max(...noticed)].map(textOf)
  return least === most ? least : `${least} to ${most}`
}
