// `yard call --from`: has the gRPC clients of a testbed send the calls, and counts which backends answered each of them.

import pc from 'picocolors'
import { SwitchyardError } from '../../core/errors.ts'
import { type GrpcCallResult, grpcClientAt } from '../../testbed/grpc-client-control.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import type { ClientDescription, TestbedDescription } from '../../testbed/state-file.ts'

/** The result, as `-o json` prints it. */
export interface ClientCallResult {
  /** Of all clients. */
  readonly calls: number
  readonly failed: number
  readonly clients: readonly ClientCalls[]
}

/** The calls of one client. */
export interface ClientCalls {
  readonly client: string
  /** Such as `xds:///echo`. */
  readonly target: string
  readonly calls: number
  readonly answeredBy: Readonly<Record<string, number>>
  readonly failed: number
  /** Each kind of failure once, with its status. */
  readonly failures: readonly string[]
}

/**
 * The clients that `from` names: a fleet, such as `clients`, or one of its clients, such as `clients/python`.
 * @throws SwitchyardError `not-found` with the names that there are
 */
export function findClients(
  { clients = {} }: Pick<TestbedDescription, 'clients'>,
  from: string,
): readonly ClientDescription[] {
  const [fleet = '', ...rest] = from.split('/')
  const name = rest.join('/')
  const found = (clients[fleet] ?? []).filter(
    ({ node, language }) => name === '' || name === language || name === node,
  )
  if (found.length > 0) return found
  const known = Object.entries(clients).flatMap(([one, nodes]) => [
    one,
    ...nodes.map(({ language }) => `${one}/${language}`),
  ])
  throw new SwitchyardError(
    'not-found',
    known.length === 0
      ? `no gRPC client "${from}" is running here. Start some: yard up --fleet clients=proxyless:node,python`
      : `no gRPC client "${from}" is running here. Use one of: ${known.join(', ')}`,
  )
}

/** Has each client send that number of calls, all clients at the same time. */
export async function callFromClients(
  clients: readonly ClientDescription[],
  calls: number,
  metadata: Readonly<Record<string, string>>,
): Promise<ClientCallResult> {
  const results = await Promise.all(
    clients.map(async ({ node, target, control }) => {
      const result = await grpcClientAt(node, control).calls(calls, { metadata })
      return summarize(node, target, result)
    }),
  )
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
  return {
    calls: sum(results.map((one) => one.calls)),
    failed: sum(results.map(({ failed }) => failed)),
    clients: results,
  }
}

function summarize(
  client: string,
  target: string,
  { calls, codes, backends, errors }: GrpcCallResult,
): ClientCalls {
  const statuses = Object.keys(codes).filter((code) => code !== 'OK')
  return {
    client,
    target,
    calls,
    answeredBy: Object.fromEntries(Object.entries(backends).sort(([a], [b]) => (a < b ? -1 : 1))),
    failed: calls - (codes.OK ?? 0),
    failures: Object.keys(errors).map((text) => `${statuses.join(', ')}: ${text}`),
  }
}

export function renderClientCalls({ clients }: ClientCallResult): string {
  const rows = clients.flatMap(({ client, target, calls, answeredBy }) =>
    Object.entries(answeredBy).map(([backend, count], index) => [
      ...(index === 0 ? [client, target] : ['', '']),
      backend,
      String(count),
      `${((100 * count) / calls).toFixed(1)}%`,
    ]),
  )
  const columns = [
    { title: 'client' },
    { title: 'target' },
    { title: 'answered by' },
    { title: 'calls', align: 'right' },
    { title: 'share', align: 'right' },
  ] as const
  const failures = clients
    .filter(({ failed }) => failed > 0)
    .map(({ client, calls, failed, failures }) =>
      pc.red(`  ${client}: ${failed} of ${calls} failed: ${failures.join('; ')}`),
    )
  return [renderTable(columns, rows), ...(failures.length === 0 ? [] : ['', ...failures])].join('\n')
}
