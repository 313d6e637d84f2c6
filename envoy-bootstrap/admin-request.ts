// One request to Envoy's admin, over a Unix socket or a port.

import { request } from 'node:http'

const ANSWER_TIMEOUT_MS = 30_000

export interface AdminAnswer {
  readonly status: number
  readonly body: string
}

/** @param url `unix:/PATH` of the admin's socket, or such as `http://127.0.0.1:9901` @throws what Node or `fetch` does without an answer */
export async function requestAdmin(url: string, path: string, method: 'GET' | 'POST'): Promise<AdminAnswer> {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
  if (url.startsWith('unix:')) return await requestSocket(url.slice('unix:'.length), path, method, signal)
  const response = await fetch(`${url}${path}`, { method, signal })
  return { status: response.status, body: await response.text() }
}

function requestSocket(
  socketPath: string,
  path: string,
  method: string,
  signal: AbortSignal,
): Promise<AdminAnswer> {
  return new Promise((resolve, reject) => {
    // With an agent, the connection would be kept, and the next request fail if Envoy has been restarted.
    request({ socketPath, path, method, signal, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      )
      response.on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}
