// What gRPC-Web costs against gRPC: bytes on the wire and latency, on each way.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { meanOver, quantileOver, roundsOf } from '../../../../harness/statistics/rounds.ts'
import { idOf, receivedFigure, SIZES, sentFigure, toRun } from './runs.ts'
import { SUBJECTS, type Subject } from './subjects.ts'

export const COST: Chapter = {
  title: 'What it costs',
  runs: ({ name }) => SIZES.map((bytes) => toRun(bytes, name)),
  checks,
  sections: (results) => SIZES.flatMap((bytes) => sectionsOf(results, bytes)),
}

const LARGE = SIZES[1]

function bytesOf({ id }: Pick<Subject, 'id'>, { figures }: Measured): number {
  return (figures[sentFigure(id)] ?? 0) + (figures[receivedFigure(id)] ?? 0)
}

function checks(results: Results): readonly Check[] {
  const small = roundsOf(results, idOf(SIZES[0]))
  const large = roundsOf(results, idOf(LARGE))
  const more = small.map((round) => bytesOf({ id: 'envoy' }, round) / bytesOf({ id: 'grpc-envoy' }, round))
  const asText = large.map((round) => bytesOf({ id: 'envoy-text' }, round) / bytesOf({ id: 'envoy' }, round))
  const served = [...small, ...large].map(({ calls, codes }) => ({ calls, ok: codes.OK ?? 0 }))
  return [
    check(
      'O3.1',
      'Small calls of gRPC-Web over HTTP/1.1 need several times the bytes of gRPC, whose headers HTTP/2 compresses',
      more.map((times) => ({ fact: `${times.toFixed(1)} times the bytes`, holds: times > 2 })),
    ),
    check(
      'O3.1',
      'As text, large messages grow by a third: four letters for three bytes',
      asText.map((times) => ({
        fact: `${times.toFixed(3)} times the bytes`,
        holds: times > 1.3 && times < 1.35,
      })),
    ),
    check(
      'O3.2',
      'Every call on every way succeeds',
      served.map(({ calls, ok }) => ({
        fact: `${ok} of ${calls} calls`,
        holds: calls > 0 ? ok === calls : undefined,
      })),
    ),
  ]
}

function sectionsOf(results: Results, bytes: number): readonly Section[] {
  const rounds = roundsOf(results, idOf(bytes))
  const measured = SUBJECTS.filter(({ id }) => rounds.some(({ histograms }) => histograms[id] !== undefined))
  const [native] = measured
  if (native === undefined) return []
  const p50 = (id: string) => quantileOver(rounds, id, 0.5).merged
  const payload = bytes < 1_024 ? `${bytes} bytes` : `${bytes / 1_024} KiB`
  const [envoy, text] = ['envoy', 'envoy-text'].map((id) =>
    meanOver(rounds, (round) => bytesOf({ id }, round)),
  )
  const grpc = meanOver(rounds, (round) => bytesOf(native, round))
  return [
    {
      kind: 'bars',
      title: `Bytes of a call with ${payload} each way`,
      says: `Request and answer with all their headers, on a connection that is open. gRPC needs **${grpc.toFixed(0)}**, gRPC-Web through Envoy **${envoy?.toFixed(0)}**, and as text **${text?.toFixed(0)}**. HTTP/1.1 writes every header out in each call; HTTP/2 sends a number for one that it has sent before.`,
      unit: 'bytes',
      bars: measured.map((subject) => ({
        label: subject.title,
        values: rounds.map((round) => bytesOf(subject, round)),
      })),
    },
    {
      kind: 'curves',
      title: `Latency of a call with ${payload} each way`,
      says: 'One call after the other, on one connection for each way, in turns. The client has as little code as its protocol needs, and is the same for all ways of gRPC-Web.',
      curves: measured.map(({ id, title }) => ({
        label: title,
        histograms: rounds.flatMap(({ histograms }) => histograms[id] ?? []),
      })),
    },
    {
      kind: 'table',
      title: `Cost of a call with ${payload} each way`,
      says: '`@grpc-web/proxy` opens a connection to the service for each call. Connect answers in the service itself: there is no second hop.',
      columns: [
        { title: 'way' },
        { title: 'sent', unit: 'bytes', decimals: 0 },
        { title: 'received', unit: 'bytes', decimals: 0 },
        { title: 'p50', unit: 'ms', decimals: 2 },
        { title: 'p99', unit: 'ms', decimals: 2 },
        { title: 'p50, times gRPC', decimals: 1 },
      ],
      rows: measured.map(({ id, title }) => [
        title,
        meanOver(rounds, ({ figures }) => figures[sentFigure(id)] ?? 0),
        meanOver(rounds, ({ figures }) => figures[receivedFigure(id)] ?? 0),
        p50(id),
        quantileOver(rounds, id, 0.99).merged,
        p50(id) / p50(native.id),
      ]),
    },
  ]
}
