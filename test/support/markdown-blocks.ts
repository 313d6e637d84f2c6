// The fenced blocks of a Markdown page.

export interface Block {
  /** The first word behind the fence, such as `ts`; empty without one. */
  readonly language: string
  /** The rest of that line, such as the path of a file. */
  readonly title: string
  readonly text: string
  /** Of the opening fence, from 1. */
  readonly line: number
}

const FENCE = /^( *)(`{3,}|~{3,})([^\n]*)\n([\s\S]*?)^\1\2/gm

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(FENCE)].map(({ index, 3: info = '', 4: text = '' }) => {
    const [language = '', ...title] = info.trim().split(/\s+/)
    return { language, title: title.join(' '), text, line: markdown.slice(0, index).split('\n').length }
  })
}
