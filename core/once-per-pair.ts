// Results that belong to two objects: computed once a pair, and kept for as long as both live.

/** `compute` for objects that never change: all who hold the same two share one result. */
export function oncePerPair<A extends WeakKey, B extends WeakKey, R>(
  compute: (a: A, b: B) => R,
): (a: A, b: B) => R {
  const known = new WeakMap<A, WeakMap<B, { readonly result: R }>>()
  return (a, b) => {
    let ofA = known.get(a)
    if (ofA === undefined) {
      ofA = new WeakMap()
      known.set(a, ofA)
    }
    let entry = ofA.get(b)
    if (entry === undefined) {
      entry = { result: compute(a, b) }
      ofA.set(b, entry)
    }
    return entry.result
  }
}
