// Who looks at the page: signed in by a one-time link, whose code is in the fragment, which browsers send to nobody.

import { SwitchyardError } from '../../../../core/errors.ts'
import { store } from './page-store.ts'
import { rest } from './rest.ts'

const ENDED = 'Your session has ended: it lasts twelve hours, or until the control plane restarts.'

/** Codes of a control plane that is away, starting, or behind a proxy that says so. */
const NO_ANSWER: readonly string[] = ['unreachable', 'process-failed', 'internal']

/**
 * Signs in by the code of the link if there is one, else reads the session of the cookie. Resolves with whether there is
 * a session; rejects if the control plane does not answer.
 */
export async function openSession(): Promise<boolean> {
  const code = takeCode()
  // An old link may be opened in a browser that has a session.
  const why = code === undefined ? undefined : await rest.createSession(code).then(() => undefined, refusalIn)
  try {
    const caller = await rest.getSession()
    store.dispatch({ type: 'session', value: { state: 'signedIn', ...caller } })
    return true
  } catch (error) {
    const refusal = refusalIn(error)
    const ended = store.get().session.state === 'signedIn' ? ENDED : undefined
    const shown = why ?? (code === undefined ? ended : refusal)
    store.dispatch({
      type: 'session',
      value: { state: 'signedOut', ...(shown !== undefined && { why: shown }) },
    })
    return false
  }
}

export async function closeSession(): Promise<void> {
  await rest.deleteSession().catch(() => undefined)
  store.dispatch({ type: 'session', value: { state: 'signedOut' } })
}

/** Removes the code from the address, so that it is not in the history of the browser. */
function takeCode(): string | undefined {
  const code = /^#login=(.+)$/.exec(location.hash)?.[1]
  if (code !== undefined) history.replaceState(undefined, '', `${location.pathname}#/`)
  return code === undefined ? undefined : decodeURIComponent(code)
}

/** Why the control plane refuses. @throws what is no refusal: no answer at all */
function refusalIn(error: unknown): string {
  const isRefusal = error instanceof SwitchyardError && !NO_ANSWER.includes(error.code)
  if (isRefusal) return error.message
  throw error
}
