// A set of names that tells whether a name is in it, and that nobody may go through. Tests that bound a cost use it.

export class ClosedNames extends Set<string> {
  constructor(...names: readonly string[]) {
    super()
    for (const name of names) this.add(name)
  }

  override [Symbol.iterator](): never {
    throw new Error('somebody went through all names')
  }
}
