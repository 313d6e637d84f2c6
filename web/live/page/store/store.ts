// Holds the state, and calls its readers after changes, at most once a frame however many events arrive.

import type { Action } from './actions.ts'
import { reduce } from './reduce.ts'
import { INITIAL, type State } from './state.ts'

export interface Store {
  readonly get: () => State
  readonly dispatch: (action: Action) => void
  /** Calls back after changes. Returns what ends it. */
  readonly subscribe: (listener: () => void) => () => void
}

/** @param schedule calls back once, soon: by default before the next frame, or within 250 ms in a hidden tab */
export function createStore(schedule: (callback: () => void) => void = beforeNextFrame): Store {
  const listeners = new Set<() => void>()
  let state = INITIAL
  let isScheduled = false
  const notify = () => {
    isScheduled = false
    for (const listener of [...listeners]) listener()
  }
  return {
    get: () => state,
    dispatch: (action) => {
      const next = reduce(state, action)
      if (next === state) return
      state = next
      if (isScheduled) return
      isScheduled = true
      schedule(notify)
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A hidden tab has no frames, and must not fall behind. */
function beforeNextFrame(callback: () => void): void {
  if (document.visibilityState === 'hidden') setTimeout(callback, 250)
  else requestAnimationFrame(callback)
}
