// A Prometheus as the control plane asks it over HTTP: each query has the series that the test gives.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Teardown } from './xds-client.ts'

/** By default one series, with the value 7 at the end of the range. @param answer of every query, with its status */
export async function serveFixedPrometheus(
  t: Teardown,
  answer: (parameters: URLSearchParams) => {
    readonly status: number
    readonly body: unknown
  } = sevenAtTheEnd,
) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://prometheus')
    requests.push(`${request.method} ${pathname} ${searchParams.get('query')}`)
    const { status, body } = answer(searchParams)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

function sevenAtTheEnd(parameters: URLSearchParams) {
  return {
    status: 200,
    body: matrix([{ metric: { grpc_code: 'OK' }, values: [[Number(parameters.get('end')), '7']] }]),
  }
}

/** The body of an answer to a range query. */
export function matrix(result: readonly object[]) {
  return { status: 'success', data: { resultType: 'matrix', result } }
}
