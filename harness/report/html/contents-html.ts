// The list of contents: sections, and below the name of each part those that belong to it.

import { type Html, html } from './html.ts'

export interface PageEntry {
  /** Of the element that it leads to. */
  readonly id: string
  readonly title: string
  /** Entries of one part follow each other. */
  readonly part?: string
}

export function contentsHtml(entries: readonly PageEntry[]): Html {
  return html`<ol>${groupsOf(entries).map(({ part, entries }) =>
    part === undefined
      ? entries.map(entryHtml)
      : html`<li class="part"><span>${part}</span><ol>${entries.map(entryHtml)}</ol></li>`,
  )}</ol>`
}

function entryHtml({ id, title }: PageEntry): Html {
  return html`<li><a href="#${id}">${title}</a></li>`
}

interface Group {
  readonly part: string | undefined
  readonly entries: PageEntry[]
}

function groupsOf(entries: readonly PageEntry[]): readonly Group[] {
  const groups: Group[] = []
  for (const entry of entries) {
    const last = groups.at(-1)
    if (last !== undefined && last.part === entry.part) last.entries.push(entry)
    else groups.push({ part: entry.part, entries: [entry] })
  }
  return groups
}
