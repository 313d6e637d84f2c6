// Makes the calls of a test file, many at a time, and judges each.

import type { Config } from '../../control-plane/document/model.ts'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import { splitAddress } from '../../core/host-and-port.ts'
import { CELL_HEADER } from '../backends/cell-header.ts'
import type { CellRecords } from '../backends/cell-records.ts'
import type { Certificates } from '../callers/certificates.ts'
import type { Tokens } from '../callers/tokens.ts'
import { connectRaw, type RawConnection, type RawIdentity } from '../calls/raw-call.ts'
import type { CellResult } from '../result.ts'
import { authorityOf, listenerAt } from '../suite/check-document.ts'
import { millisecondsOf } from '../suite/fields.ts'
import type { Cell, Suite } from '../suite/read-suite.ts'
import type { BoundCall, BoundCalls, Ports } from './bound-calls.ts'
import { LOOPBACK } from './envoys.ts'
import { judgeCell, observationOf } from './judge-cell.ts'

/** Fewer than any limit of a document would count as many. */
const AT_A_TIME = 8
const DEFAULT_DEADLINE_MS = 10_000

export interface CellParts {
  readonly suite: Suite
  readonly document: Config
  readonly bound: BoundCalls
  readonly ports: Ports
  readonly certificates: Certificates
  readonly tokens: Tokens
  readonly records: CellRecords
}

/** The results are in the order of the file. */
export async function runCells(parts: CellParts): Promise<readonly CellResult[]> {
  const ends: (() => unknown)[] = []
  const connections = new Map<string, Promise<RawConnection>>()
  const connectionOf = (cell: Cell, call: BoundCall, authority: string) => {
    const key = JSON.stringify([cell.caller, call.fleet, call.listener, authority])
    const connection =
      connections.get(key) ??
      identityOf(parts, cell, call, authority).then((identity) =>
        connectRaw({ teardown: (end) => ends.push(end) }, addressOf(parts, call), identity),
      )
    connections.set(key, connection)
    return connection
  }
  const results: CellResult[] = []
  const waiting = [...parts.suite.cells.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, cell] = next
      results[index] = await runCell(parts, cell, String(index), connectionOf)
    }
  }
  try {
    await Promise.all(Array.from({ length: parts.suite.settings.serial ? 1 : AT_A_TIME }, work))
    return results
  } finally {
    for (const end of ends) end()
  }
}

async function runCell(
  parts: CellParts,
  cell: Cell,
  id: string,
  connectionOf: (cell: Cell, call: BoundCall, authority: string) => Promise<RawConnection>,
): Promise<CellResult> {
  const { suite, document, bound, records, tokens } = parts
  const call = suite.calls[cell.call] as Suite['calls'][string]
  const caller = suite.callers[cell.caller] as Suite['callers'][string]
  const target = bound.get(cell.call) as BoundCall
  const authority = call.authority ?? authorityOf(document, listenerAt(document, target))
  const connection = await connectionOf(cell, target, authority)
  const headers = joinHeaders(
    await tokens.headersOf(cell.caller, caller),
    caller.metadata ?? {},
    call.metadata ?? {},
    { [CELL_HEADER]: id, ...(call.deadline !== undefined && { 'grpc-timeout': timeoutOf(call.deadline) }) },
  )
  records.open(id, target, call.backend)
  const started = performance.now()
  const answer = await connection.call({
    path: target.path,
    messages: target.messages,
    headers,
    authority,
    isWeb: call.web ?? false,
    deadlineMs: call.deadline === undefined ? DEFAULT_DEADLINE_MS : millisecondsOf(call.deadline),
  })
  const milliseconds = performance.now() - started
  const status = GRPC_STATUS_NAMES[answer.status] ?? String(answer.status)
  const said = { status, message: decodeMessage(answer.details), responseHeaders: answer.headers }
  const observed = observationOf(said, records.close(id))
  const problems = judgeCell(cell.expected, observed, milliseconds)
  const { line, call: callName, caller: callerName, expected } = cell
  return {
    ...{ file: suite.file, line, call: callName, caller: callerName, passed: problems.length === 0 },
    ...{ problems, expected, observed, milliseconds },
  }
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests */
function timeoutOf(deadline: string): string {
  return `${millisecondsOf(deadline)}m`
}

/** The text of `grpc-message`, which is percent-encoded; as it is if it is malformed. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function addressOf({ ports }: CellParts, { fleet, listener }: BoundCall): string {
  return `${LOOPBACK}:${ports.get(fleet)?.get(listener)}`
}

/** Undefined for plaintext. */
async function identityOf(
  { suite, document, certificates }: CellParts,
  cell: Cell,
  call: BoundCall,
  authority: string,
): Promise<RawIdentity | undefined> {
  const { tls } = listenerAt(document, call)
  const { certificate, plaintext } = suite.callers[cell.caller] ?? {}
  if (!tls?.enabled || plaintext) return undefined
  const servername = splitAddress(authority)?.host ?? authority
  // Whether the certificate of the listener has the name of the call is no part of a policy.
  const trust = { ca: certificates.ownCa, servername, checkServerIdentity: () => undefined }
  if (certificate === undefined) return trust
  const issued = await certificates.issue(certificate, tls.clientCa)
  return { ...trust, cert: issued.certificate, key: issued.key }
}

type SentHeaders = Readonly<Record<string, string | readonly string[]>>

/** Values of the same header follow each other, so that a caller can send one beside its token. */
function joinHeaders(...parts: readonly SentHeaders[]): Record<string, string[]> {
  const joined: Record<string, string[]> = {}
  for (const [name, values] of parts.flatMap((one) => Object.entries(one))) {
    joined[name] = [...(joined[name] ?? []), ...[values].flat()]
  }
  return joined
}
