// The time of the control plane, for words such as "2 min ago".

import { useEffect, useState } from 'preact/hooks'
import { serverNow } from '../store/clock.ts'

const EVERY_MS = 5_000

/** In milliseconds since 1970; a new one each five seconds. */
export function useNow(): number {
  const [now, setNow] = useState(() => serverNow())
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  // What was sent a moment ago is not in the future.
  return Math.max(now, serverNow())
}
