// The one store of the page, and the hook that reads it.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { State } from './state.ts'
import { createStore } from './store.ts'

export const store = createStore()

/** Renders again when what `select` returns is another value (`Object.is`); let it return parts of the state, not new objects. */
export function useStore<T>(select: (state: State) => T): T {
  const [, rerender] = useState(0)
  const selected = select(store.get())
  const latest = useRef({ select, selected })
  latest.current = { select, selected }
  useEffect(() => {
    const check = () => {
      const { select, selected } = latest.current
      if (!Object.is(select(store.get()), selected)) rerender((count) => count + 1)
    }
    // A change between the first rendering and this effect counts too.
    check()
    return store.subscribe(check)
  }, [])
  return selected
}
