// The view and its parameters in the fragment of the address: `#/time?fleet=edge&from=…`. A link to it shows the same.

import { useEffect, useState } from 'preact/hooks'

export interface Route {
  /** ID of the view; empty for the first one. */
  readonly view: string
  readonly params: ReadonlyMap<string, string>
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  return { view: path, params: new Map(new URLSearchParams(query)) }
}

/** @param params an undefined value leaves the parameter out */
export function formatRoute(view: string, params: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) query.set(name, value)
  }
  return query.size > 0 ? `#/${view}?${query}` : `#/${view}`
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const update = () => setHash(location.hash)
    addEventListener('hashchange', update)
    return () => removeEventListener('hashchange', update)
  }, [])
  return parseRoute(hash)
}

/** Changes parameters of the current view; the others stay. Adds no entry to the history of the browser. */
export function setParams(changes: Readonly<Record<string, string | undefined>>): void {
  const { view, params } = parseRoute(location.hash)
  const hash = formatRoute(view, { ...Object.fromEntries(params), ...changes })
  history.replaceState(undefined, '', hash)
  dispatchEvent(new HashChangeEvent('hashchange'))
}
