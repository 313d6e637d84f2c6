// One HTTP/1.1 request on a connection of its own: a kept one would stay with the filters that Envoy had before.

export interface Fetched {
  readonly http: number
  readonly type: string | null
  readonly text: string
  /** Undefined for other bodies. */
  readonly json: unknown
}

export async function fetchOnce(url: string, init: RequestInit = {}): Promise<Fetched> {
  const answer = await fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } })
  const [type, text] = [answer.headers.get('content-type'), await answer.text()]
  return { http: answer.status, type, text, json: readJson(text) }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
