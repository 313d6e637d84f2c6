// One HTTP/1.1 request on a connection of its own: a kept one would stay with the filters that Envoy had before.

export interface Fetched {
  readonly http: number
  readonly type: string | null
  readonly text: string
  /** What CORS allows: the page, and the methods in the answer to a preflight. */
  readonly allowed: { readonly origin: string | null; readonly methods: string | null }
  /** Undefined for other bodies. */
  readonly json: unknown
}

export async function fetchOnce(url: string, init: RequestInit = {}): Promise<Fetched> {
  const answer = await fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } })
  const header = (name: string) => answer.headers.get(name)
  const text = await answer.text()
  return {
    http: answer.status,
    type: header('content-type'),
    text,
    allowed: {
      origin: header('access-control-allow-origin'),
      methods: header('access-control-allow-methods'),
    },
    json: readJson(text),
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
