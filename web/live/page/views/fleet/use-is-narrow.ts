// Whether the page is as narrow as on a phone: the stylesheets have the same bound.

import { useEffect, useState } from 'preact/hooks'

const NARROW = matchMedia('(width < 760px)')

export function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(NARROW.matches)
  useEffect(() => {
    const update = () => setNarrow(NARROW.matches)
    NARROW.addEventListener('change', update)
    return () => NARROW.removeEventListener('change', update)
  }, [])
  return isNarrow
}
