// The little Markdown that texts of a report may have: `code` and **bold**.

import { type Content, type Html, html } from './html.ts'

const MARKS = /`([^`]+)`|\*\*(.+?)\*\*/g

/** Everything else in it is text. */
export function inlineHtml(text: string): Html {
  const parts: Content[] = []
  let end = 0
  for (const { 0: whole, 1: code, 2: bold, index } of text.matchAll(MARKS)) {
    parts.push(text.slice(end, index))
    parts.push(
      code === undefined ? html`<strong>${inlineHtml(bold ?? '')}</strong>` : html`<code>${code}</code>`,
    )
    end = index + whole.length
  }
  return html`${parts}${text.slice(end)}`
}
