// A small generator of numbers from 0 to 1 with a seed: picks, payloads and simulations are the same in every run.

/** mulberry32: https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
