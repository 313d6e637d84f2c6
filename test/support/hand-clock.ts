// A clock that the test turns by hand.

import type { Clock } from '../../control-plane/sources/endpoints/clock.ts'

export interface HandClock extends Clock {
  /** Fires timers in their order, each when it is due. */
  goTo(time: number): void
  /** Nothing runs until then; what is due fires late. */
  standStillUntil(time: number): void
}

export function handClock(): HandClock {
  let now = 0
  let timers: { readonly due: number; readonly act: () => void }[] = []
  return {
    now: () => now,
    after(milliseconds: number, act: () => void) {
      const timer = { due: now + milliseconds, act }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    goTo(time: number) {
      for (;;) {
        const [next] = timers.toSorted((a, b) => a.due - b.due).filter(({ due }) => due <= time)
        if (next === undefined) break
        timers = timers.filter((one) => one !== next)
        now = next.due
        next.act()
      }
      now = time
    },
    standStillUntil(time: number) {
      now = time
      const due = timers.filter((one) => one.due <= time)
      timers = timers.filter((one) => !due.includes(one))
      for (const { act } of due) act()
    },
  }
}
