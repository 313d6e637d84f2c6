// Calls a second of a backend, and its errors in words and color.

import { type BackendCalls, backendKey } from './backend-calls.ts'

interface CallsProps {
  readonly calls: ReadonlyMap<string, BackendCalls>
  readonly backend: { readonly upstream: string; readonly address: string }
}

/** Nothing if no node reports calls to it. */
export function Calls({ calls, backend: { upstream, address } }: CallsProps) {
  const found = calls.get(backendKey(upstream, address))
  if (found === undefined) return null
  const { perSecond, errorsPerSecond } = found
  return (
    <span class="calls">
      {rate(perSecond)}
      {errorsPerSecond > 0 && <span class="bad"> · {rate(errorsPerSecond)} failed</span>}
    </span>
  )
}

function rate(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`
}
