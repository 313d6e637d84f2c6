// What the report shows of connection reuse.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { spreadOver } from '../../../../harness/statistics/rounds.ts'
import { BYTES } from './checks.ts'
import { LINKED_CLIENTS, roundTripsOf, SECURITIES } from './extent.ts'
import { FIGURES, REUSE_LINK } from './measure.ts'
import { bytesPerCall, figureOf, linkedRows, type ReuseRow, reuseRows } from './rows.ts'

const TITLES = { plaintext: 'plaintext', tls: 'TLS 1.3' } as const

export function sectionsOf(results: Results): readonly Section[] {
  const rows = reuseRows(results)
  return [...(rows.length > 0 ? [lines(rows), table(rows)] : []), ...linked(results)]
}

const perCall = (row: ReuseRow) => bytesPerCall(row, BYTES, FIGURES.calls)
const msOf = (row: Pick<ReuseRow, 'rounds'>) =>
  spreadOver(row.rounds, ({ figures }) => figures[FIGURES.ms] ?? Number.NaN).median

function lines(rows: readonly ReuseRow[]): Section {
  const calls = figureOf({ rounds: rows[0]?.rounds ?? [] }, FIGURES.calls)
  const says = SECURITIES.flatMap((security) => {
    const own = rows.filter((row) => row.security === security)
    const [most, fewest] = [own[0], own.at(-1)]
    if (most === undefined || fewest === undefined || most === fewest) return []
    const extra = (perCall(most) - perCall(fewest)) * calls
    const each = extra / (most.connections - fewest.connections)
    return [
      `with ${TITLES[security]}, a call takes **${perCall(most).toFixed(0)} bytes** on a connection of its own and **${perCall(fewest).toFixed(0)} bytes** on a shared one, so that a connection costs ${each.toFixed(0)} bytes`,
    ]
  }).join('; ')
  return {
    kind: 'lines',
    title: `Bytes of a call, by the number of connections for ${calls} calls`,
    says: `A small gRPC call, counted by the server in both directions without the headers of IP and TCP: ${says}. A new connection begins with preface and SETTINGS, and with empty HPACK tables. With TLS it begins with certificates and keys.`,
    x: { title: `connections for ${calls} calls`, scale: 'log' },
    y: { title: 'bytes a call', scale: 'log' },
    lines: SECURITIES.map((security) => ({
      label: TITLES[security],
      points: rows
        .filter((row) => row.security === security)
        .map((row) => [row.connections, perCall(row)] as const)
        .toReversed(),
    })).filter(({ points }) => points.length > 0),
  }
}

function table(rows: readonly ReuseRow[]): Section {
  const resumed = rows.reduce((sum, row) => sum + figureOf(row, FIGURES.resumed), 0)
  const resumption =
    resumed === 0
      ? 'No handshake resumed an earlier session: each channel of grpc-js begins anew.'
      : `${resumed} handshakes resumed an earlier session.`
  return {
    kind: 'table',
    title: 'Connections, handshakes, bytes and time',
    says: `Calls are made one after the other on loopback, where a round trip costs nothing: what remains is the work of both processes, which share this machine. ${resumption}`,
    columns: [
      { title: 'security' },
      { title: 'connections', decimals: 0 },
      { title: 'TLS handshakes', decimals: 0 },
      { title: 'to the server', unit: 'bytes', decimals: 0 },
      { title: 'to the client', unit: 'bytes', decimals: 0 },
      { title: 'all calls', unit: 'ms', decimals: 0 },
      { title: 'a call', unit: 'ms', decimals: 2 },
    ],
    rows: rows.map((row) => [
      TITLES[row.security],
      row.connections,
      figureOf(row, FIGURES.handshakes),
      figureOf(row, FIGURES.bytesIn),
      figureOf(row, FIGURES.bytesOut),
      msOf(row),
      msOf(row) / figureOf(row, FIGURES.calls),
    ]),
  }
}

function linked(results: Results): readonly Section[] {
  const rows = linkedRows(results)
  if (rows.length === 0) return []
  const trips = (row: (typeof rows)[number]) => msOf(row) / figureOf(row, FIGURES.calls) / REUSE_LINK.rttMs
  const said = rows
    .filter(({ kind }) => kind === 'new')
    .map((row) => `${trips(row).toFixed(1)} for ${LINKED_CLIENTS[row.client]} with ${TITLES[row.security]}`)
  return [
    {
      kind: 'table',
      title: `The same over a link of ${REUSE_LINK.rttMs} ms: round trips of a call`,
      says: `Where the network has a round trip, a call mostly waits for handshakes. With a connection for each call, a call took this number of round trips: **${said.join(', ')}**. TCP needs one before the first byte, TLS 1.3 another one, and the call its own. grpc-js needs one more, because it sends no call before it has the SETTINGS of the server. With one connection for all calls, only the first call pays. Packets and bytes are counted on the link, with all headers, in both directions.`,
      columns: [
        { title: 'client' },
        { title: 'security' },
        { title: 'connections', decimals: 0 },
        { title: 'round trips a call', decimals: 1 },
        { title: 'at least', decimals: 0 },
        { title: 'packets a call', decimals: 1 },
        { title: 'bytes a call', decimals: 0 },
      ],
      rows: rows.map((row) => [
        LINKED_CLIENTS[row.client],
        TITLES[row.security],
        figureOf(row, FIGURES.connections),
        trips(row),
        roundTripsOf(row),
        figureOf(row, FIGURES.packets) / figureOf(row, FIGURES.calls),
        figureOf(row, FIGURES.wireBytes) / figureOf(row, FIGURES.calls),
      ]),
    },
  ]
}
