// How long a timer can be.

/** Node makes 1 ms of a longer timer: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const LONGEST_TIMER_MS = 2 ** 31 - 1
