// Applies the short diffs of the docs: lines of context, `-` and `+`, in pieces with `…` between them.

/**
 * The text with each piece applied. A piece has no line numbers: its old lines must be in the text exactly once.
 * @throws Error that shows the old lines of a piece that has no place, or several
 */
export function applyDiff(text: string, diff: string): string {
  return diff.split(/^…\n/m).reduce((before, piece) => {
    const lines = piece.split('\n').filter((line) => line !== '')
    const side = (others: string) =>
      lines.filter((line) => line[0] !== others).map((line) => `${line.slice(1)}\n`)
    const [old, fresh] = [side('+').join(''), side('-').join('')]
    const places = before.split(old).length - 1
    if (old === '' || places !== 1)
      throw new Error(`these lines are ${places} times in the file, not once:\n${old}`)
    return before.replace(old, () => fresh)
  }, text)
}
