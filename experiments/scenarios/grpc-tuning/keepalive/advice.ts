// What follows from the runs about keepalive: recommendations, each with its condition and its figure.

import type { Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { CALM_FIGURES, CALM_TIMES, calmId, MIN_PING_MS } from './calm.ts'
import { ASKED } from './languages.ts'
import { languageRows, type NoticedRow, retransmissionRows, silenceRows } from './rows.ts'
import { CALLS_AFTER, DEFAULT_RETRIES, retransmissionMs, silenceId } from './silence.ts'
import { answeredFigure, PINGED_SERVERS, strikesId } from './strikes.ts'

export const adviceOf = (results: Results): readonly string[] => [
  ...noticeAdvice(results),
  ...deadlineAdvice(results),
  ...serverAdvice(results),
  ...rateAdvice(results),
  ...clampAdvice(results),
]

const longest = ({ noticed }: NoticedRow) => (Math.max(...noticed) / 1_000).toFixed(1)

function noticeAdvice(results: Results): readonly string[] {
  const rows = [...silenceRows(results, 'link'), ...silenceRows(results, 'process')]
  const [with_, without] = [rows.find(({ noticed }) => noticed.length > 0), rows.find(isUnnoticed)]
  if (with_ === undefined || without === undefined) return []
  const watched = (Math.min(...without.watched) / 1_000).toFixed(1)
  return [
    `**Streams and calls without a deadline: set a keepalive on the client.** Without one a call in flight to a peer that vanished waits forever (here: as long as it was watched, ${watched} s), because TCP has nothing to send and so nothing to miss. With ${with_.title.replace(/^.*keepalive /, '')} it failed after ${longest(with_)} s at most. Choose time + timeout as the longest silence that callers accept, and set \`keepalive_permit_without_calls\` if a channel idles between calls.`,
  ]
}

const isUnnoticed = ({ noticed, title }: NoticedRow) => noticed.length === 0 && title.startsWith('a call')

function deadlineAdvice(results: Results): readonly string[] {
  const round = roundsOf(results, silenceId('link')).at(-1)
  if (round === undefined) return []
  const { DEADLINE_EXCEEDED = 0 }: Record<string, number> = JSON.parse(round.texts?.[CALLS_AFTER] ?? '{}')
  const tcp = retransmissionRows(results).at(-1)
  const measured =
    tcp === undefined
      ? ''
      : ` With \`tcp_retries2\` = ${tcp.retries} it gave up after ${longest(tcp)} s, where the kernel's arithmetic says at least ${(retransmissionMs(tcp.retries) / 1_000).toFixed(1)} s.`
  return [
    `**Deadlines do not replace a keepalive.** They end each call, but the channel keeps the dead connection and sends the next call over it: ${DEADLINE_EXCEEDED} calls in turn ended with DEADLINE_EXCEEDED. Only TCP ends it, when its retransmissions have failed: by the default of \`net.ipv4.tcp_retries2\` (${DEFAULT_RETRIES}) after ${(retransmissionMs(DEFAULT_RETRIES) / 60_000).toFixed(1)} minutes or more.${measured}`,
  ]
}

function serverAdvice(results: Results): readonly string[] {
  const row = silenceRows(results, 'link').find(
    ({ title, noticed }) => title.startsWith('the server') && noticed.length > 0,
  )
  if (row === undefined) return []
  return [
    `**Servers with long streams: set a keepalive there too.** It frees the streams and the memory of clients that vanished: here after ${longest(row)} s, and the handler sees its call cancelled. gRPC's own default is two hours, and none for grpc-js. A server may ping as often as it wants: clients do not count.`,
  ]
}

function rateAdvice(results: Results): readonly string[] {
  const calm = roundsOf(results, calmId('often')).at(-1)
  const go = PINGED_SERVERS.find(({ id }) => id === 'go')
  const strikes = go && roundsOf(results, strikesId(go)).at(-1)?.figures[answeredFigure('busy')]
  if (calm === undefined || strikes === undefined) return []
  const { [CALM_FIGURES.lost]: lost, [CALM_FIGURES.goAways]: goAways } = calm.figures
  return [
    `**Never ping more often than the server allows: five minutes unless it says otherwise.** A server in Go answered ${strikes} pings, then sent ENHANCE_YOUR_CALM with "too_many_pings". A client with a keepalive of ${CALM_TIMES.often} ms against a server that allows ${MIN_PING_MS} ms lost ${lost} calls with ${goAways} GOAWAYs before it had slowed down enough. Set the server's permission first, then the client's time. As servers, grpc-js, Envoy and NGINX count no pings, so a client may work with them and fail with others.`,
  ]
}

function clampAdvice(results: Results): readonly string[] {
  const rows = languageRows(results).filter(({ noticed, predicted }) => noticed.length > 0 && predicted)
  if (rows.length === 0) return []
  const texts = rows.map((row) => `${row.title.split(',')[0]} ${longest(row)} s`)
  return [
    `**Do not expect less than ten seconds of clients in Go and Java.** Both raise a shorter keepalive time to ten seconds without an error. Only bytes that are not acknowledged end a connection sooner, by TCP_USER_TIMEOUT, which they set to the timeout. Asked for ${ASKED.timeMs} ms + ${ASKED.timeoutMs} ms, they noticed a peer that went silent soon after an answer after: ${texts.join(', ')}.`,
  ]
}
