// What the report shows: each code with its causes, what Envoy makes of them, and HTTP answers.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Cause } from './cause.ts'
import { CAUSES } from './causes.ts'
import { ENVOY_ANSWERS } from './envoy-answers.ts'
import { envoyAnswersIn, HTTP_RUN, nameOf, outcomeIn, runIdOf } from './figures.ts'
import { HTTP_ANSWERS } from './http-answers.ts'
import type { Outcome } from './outcome.ts'
import type { Way } from './way.ts'

interface Seen extends Cause {
  readonly direct: Outcome | undefined
  readonly envoy: Outcome | undefined
}

export function sectionsOf(results: Results): readonly Section[] {
  const seen = CAUSES.flatMap((cause): readonly Seen[] => {
    const of = (way: Way) => outcomeIn(results, runIdOf(cause.code), cause.id, way)
    const [direct, envoy] = [of('direct'), of('envoy')]
    return direct || envoy ? [{ ...cause, direct, envoy }] : []
  })
  if (seen.length === 0) return []
  return [
    introduction(seen),
    causesTable(seen),
    changesTable(seen),
    textsTable(seen),
    httpTable(results),
    envoyTable(results),
  ]
}

const codeOf = (outcome: Outcome | undefined) => outcome && nameOf(outcome.code)
const isChanged = ({ direct, envoy }: Seen) => direct && envoy && direct.code !== envoy.code

function introduction(seen: readonly Seen[]): Section {
  const both = seen.filter(({ direct, envoy }) => direct && envoy)
  const changed = both.filter(isChanged)
  const made = (by: Cause['by']) => seen.filter((one) => one.by === by).length
  return {
    kind: 'text',
    title: 'Status codes: how a call ends',
    paragraphs: [
      'A gRPC call ends with a status: one of 17 numbers, and a text. A server sends both as **trailers**, headers that come after the last message: `grpc-status` and `grpc-message`. HTTP itself says 200 all the while, which is why a status page of a proxy can be green while all calls fail.',
      `The status does not always come from the service. Of the ${seen.length} causes below, the service makes ${made('service')}, the gRPC library of the server ${made("server's library")}, the client ${made('client')} (nobody has answered, or the answer is not gRPC), and Envoy ${made('Envoy')}.`,
      `Each cause was provoked for real: values lose a bit on the disk, a process is killed, two writers race. ${both.length} of them were called both directly and through an Envoy: **${both.length - changed.length} arrive with the same code, ${changed.length} with another**.`,
      'A code is a promise about the next call. **UNAVAILABLE** says: again, soon. **ABORTED** says: again, but from the read on. **FAILED_PRECONDITION** says: not before something else has changed. Retry by the code, never by the text.',
    ],
  }
}

function causesTable(seen: readonly Seen[]): Section {
  const seenAs = ({ code }: Seen, outcome: Outcome | undefined) =>
    outcome?.code === code ? 'same' : codeOf(outcome)
  return {
    kind: 'table',
    title: 'Each code, provoked',
    says: 'Left the code that the documents of gRPC have for the cause; then what the client saw, “same” or another one. An empty cell: the cause does not exist on that way.',
    columns: [
      { title: 'code' },
      { title: 'cause' },
      { title: 'made by' },
      { title: 'directly' },
      { title: 'through Envoy' },
      { title: 'may be retried' },
    ],
    rows: seen.map((one) => [
      `${one.code} ${nameOf(one.code)}`,
      one.what,
      one.by,
      seenAs(one, one.direct),
      seenAs(one, one.envoy),
      one.retry,
    ]),
  }
}

function textsTable(seen: readonly Seen[]): Section {
  return {
    kind: 'table',
    title: 'What the client says',
    says: 'The texts of the same calls. Texts of services arrive as they were written, also through Envoy. The others name who ended the call: “upstream …” and “downstream …” are words of Envoy, “RST_STREAM” and “Received message larger than max” of the gRPC library.',
    columns: [{ title: 'cause' }, { title: 'directly' }, { title: 'through Envoy' }],
    rows: seen
      .filter(({ code }) => code !== 0)
      .map(({ what, direct, envoy }) => [
        what,
        direct?.text,
        envoy?.text === direct?.text ? 'the same' : envoy?.text,
      ]),
  }
}

/** Another code than the documents have, or another through Envoy. */
function changesTable(seen: readonly Seen[]): Section {
  return {
    kind: 'table',
    title: 'Where the code is not the one you expect',
    says: 'Envoy answers instead of a server that it cannot reach. A reset **before** the answer has begun becomes UNAVAILABLE; **after** that, Envoy can only reset the stream, and the client says INTERNAL. Some rows are habits of grpc-js.',
    columns: [{ title: 'cause' }, { title: 'what becomes of it' }, { title: 'why' }],
    rows: seen.filter(({ note }) => note !== undefined).map((one) => [one.what, becomesText(one), one.note]),
  }
}

function becomesText({ code, direct, envoy }: Seen): string {
  const steps = [nameOf(code), codeOf(direct), codeOf(envoy)].filter((name) => name !== undefined)
  const [documented, directly, through] = steps
  if (directly === documented) return `${directly}; through Envoy ${through}`
  return `${directly}, not ${documented}`
}

function httpTable(results: Results): Section {
  const rows = HTTP_ANSWERS.flatMap(({ http, code, who }) => {
    const [direct, envoy] = (['direct', 'envoy'] as const).map((way) =>
      outcomeIn(results, HTTP_RUN, String(http), way),
    )
    if (!direct && !envoy) return []
    return [[http, who, nameOf(code), codeOf(direct), codeOf(envoy), direct?.text]]
  })
  return {
    kind: 'table',
    title: 'HTTP answers that are not gRPC',
    says: 'A plain HTTP/2 server answers a gRPC call with a page. The client makes a code of the HTTP status by the table of gRPC (`doc/http-grpc-status-mapping.md`). Envoy passes such an answer on as it is. Mind two of them: **404 is not NOT_FOUND** but UNIMPLEMENTED, and **429 is not RESOURCE_EXHAUSTED** but UNAVAILABLE, which clients retry at once.',
    columns: [
      { title: 'HTTP', decimals: 0 },
      { title: 'who sends it' },
      { title: 'by the table' },
      { title: 'directly' },
      { title: 'through Envoy' },
      { title: "client's text" },
    ],
    rows,
  }
}

function envoyTable(results: Results): Section {
  return {
    kind: 'table',
    title: 'What Envoy answers in its own name',
    says: 'The same request twice: as `application/grpc`, and as JSON. To a gRPC client, Envoy says HTTP 200 and puts the status into the headers of the answer (“trailers only”). So a log of HTTP statuses shows 200 for calls that failed: log `grpc-status` too.',
    columns: [
      { title: 'what is wrong' },
      { title: 'HTTP, for others', decimals: 0 },
      { title: 'HTTP, for gRPC', decimals: 0 },
      { title: 'grpc-status' },
      { title: 'grpc-message' },
    ],
    rows: ENVOY_ANSWERS.flatMap(({ id, what }) => {
      const answers = envoyAnswersIn(results, id)
      if (answers === undefined) return []
      const { httpStatus, grpcStatus = -1, grpcMessage } = answers.grpc
      return [[what, answers.json.httpStatus, httpStatus, `${grpcStatus} ${nameOf(grpcStatus)}`, grpcMessage]]
    }),
  }
}
