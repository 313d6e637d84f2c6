// Labels in a drawing: how wide they are about, and how they are cut and wrapped to fit.

/** Widths in em by kind of letter, for the usual sans-serif fonts; those of a wide one, because text that is too wide overlaps. */
const WIDTHS: readonly (readonly [letters: RegExp, em: number])[] = [
  [/[ilj.,:;|!'()[\]]/, 0.34],
  [/[ftrI /\\-]/, 0.42],
  [/[mwMW@%—]/, 0.95],
  [/[A-Z&_#+=<>×]/, 0.71],
  [/[\u1100-\uffff]/, 1],
]

export function textWidth(text: string, size: number): number {
  let em = 0
  for (const letter of text) em += WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? 0.625
  return em * size
}

/** The width of the widest text of the items, or `atLeast`. */
export function widest<T>(items: readonly T[], size: number, text: (item: T) => string, atLeast = 0): number {
  return items.reduce((most, item) => Math.max(most, textWidth(text(item), size)), atLeast)
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function cutText(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text
  const letters = [...text]
  while (letters.length > 1 && textWidth(`${letters.join('')}…`, size) > width) letters.pop()
  return `${letters.join('').trimEnd()}…`
}

/** Not within a number such as 2.2, nor before its %. */
const BREAKS = /(?<=[ _/-])(?!%)|(?<=\.)(?=\D)/

/** In lines between words and the parts of names such as `round_robin`; the last line is cut if there is more. */
export function wrapText(text: string, width: number, size: number, lines = 2): string[] {
  const wrapped: string[] = []
  let line = ''
  for (const part of text.split(BREAKS)) {
    const longer = line + part
    if (line === '' || wrapped.length === lines - 1 || textWidth(longer.trimEnd(), size) <= width)
      line = longer
    else {
      wrapped.push(line.trimEnd())
      line = part
    }
  }
  return [...wrapped, line.trimEnd()].map((one) => cutText(one, width, size))
}

/** Moves places apart until they have a distance, as little as possible, and keeps them within a range. */
export function spreadOut(places: readonly number[], distance: number, from: number, to: number): number[] {
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place)
  const step = Math.min(distance, order.length > 1 ? (to - from) / (order.length - 1) : distance)
  const moved: number[] = []
  // Blocks of labels that touch, each around the mean of where its labels belong.
  let blocks: { sum: number; size: number; start: number }[] = []
  for (const { place } of order) {
    let block = { sum: place, size: 1, start: place }
    for (;;) {
      block.start = clamp(
        block.sum / block.size - ((block.size - 1) * step) / 2,
        from,
        to - (block.size - 1) * step,
      )
      const before = blocks.at(-1)
      if (before === undefined || before.start + before.size * step <= block.start + 1e-9) break
      blocks = blocks.slice(0, -1)
      block = { sum: before.sum + block.sum, size: before.size + block.size, start: 0 }
    }
    blocks.push(block)
  }
  const sorted = blocks.flatMap(({ start, size }) => Array.from({ length: size }, (_, k) => start + k * step))
  order.forEach(({ index }, rank) => {
    moved[index] = sorted[rank] ?? 0
  })
  return moved
}

const clamp = (value: number, from: number, to: number) => Math.min(Math.max(value, from), Math.max(from, to))
