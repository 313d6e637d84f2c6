// The time of the clock, for words such as "2 min ago".

import { useEffect, useState } from 'preact/hooks'

const EVERY_MS = 5_000

/** In milliseconds since 1970; a new one each five seconds. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  // What was sent a moment ago is not in the future.
  return Math.max(now, Date.now())
}
