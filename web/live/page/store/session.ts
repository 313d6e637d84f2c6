// Who looks at the page: signed in by a one-time link, whose code is in the fragment, which browsers send to nobody.

import type { SessionInfo } from './contract.ts'
import { store } from './page-store.ts'

/** Signs in by the code of the link if there is one, else reads the session of the cookie. Resolves with whether there is a session. */
export async function openSession(): Promise<boolean> {
  const code = takeCode()
  if (code !== undefined) {
    const answer = await send('POST', '/v1/sessions', { code })
    // An old link may be opened in a browser that has a session.
    if (!answer.ok && answer.status !== 401 && answer.status !== 403 && answer.status < 500) {
      return await readSession('This link was used before, or is older than five minutes.')
    }
    if (!answer.ok) return await readSession(await detailOf(answer))
  }
  return await readSession()
}

export async function closeSession(): Promise<void> {
  await send('DELETE', '/v1/session')
  store.dispatch({ type: 'session', value: { state: 'signedOut' } })
}

async function readSession(why?: string): Promise<boolean> {
  const answer = await send('GET', '/v1/session')
  if (!answer.ok) {
    store.dispatch({ type: 'session', value: { state: 'signedOut', ...(why !== undefined && { why }) } })
    return false
  }
  const { name, role } = (await answer.json()) as SessionInfo
  store.dispatch({ type: 'session', value: { state: 'signedIn', name, role } })
  return true
}

/** Removes the code from the address, so that it is not in the history of the browser. */
function takeCode(): string | undefined {
  const code = /^#login=(.+)$/.exec(location.hash)?.[1]
  if (code !== undefined) history.replaceState(undefined, '', `${location.pathname}#/`)
  return code === undefined ? undefined : decodeURIComponent(code)
}

async function send(method: string, path: string, body?: object): Promise<Response> {
  return await fetch(path, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  })
}

async function detailOf(answer: Response): Promise<string> {
  const { detail } = (await answer.json().catch(() => ({}))) as { detail?: string }
  return detail ?? `The control plane answered ${answer.status}.`
}
