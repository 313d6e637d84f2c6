// The clock of the control plane: its times are compared with each other, and the clock of this machine may differ.

let aheadMs = 0

/** @param now the time of the control plane as it has just arrived */
export function setServerClock(now: string, received = Date.now()): void {
  aheadMs = Date.parse(now) - received
}

/** In milliseconds since 1970. */
export function serverNow(local = Date.now()): number {
  return local + aheadMs
}
