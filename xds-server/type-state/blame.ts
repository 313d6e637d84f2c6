// Which resources of a response a NACK means. The protocol has no field for it, but Envoy and gRPC name them in the error text.

/** Only so much of a client's text is read. */
const MAX_TEXT = 16_384

/** Those of the names that the text contains as words. Empty if it contains none: then any of them may be meant. */
export function blamedNames(text: string, names: Iterable<string>): ReadonlySet<string> {
  const words = wordsIn(text.slice(0, MAX_TEXT))
  return new Set([...names].filter((name) => words.has(name)))
}

function wordsIn(text: string): ReadonlySet<string> {
  const words = new Set<string>()
  for (const word of text.split(/[\s"'`()[\]{},;=]/)) {
    words.add(word)
    // A name at the end of a clause: "Error adding/updating cluster(s) a: …".
    if (/[:.]$/.test(word)) words.add(word.slice(0, -1))
  }
  return words
}
