// A page that needs nothing but itself: style and script are in it, and its policy lets it load nothing.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { contentsHtml, type PageEntry } from './contents-html.ts'
import { type Content, html, trusted } from './html.ts'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const STYLE = ['style.css', 'bytes.css', 'heatmap.css'].map(read).join('')
const SCRIPT = read('behavior.js')

/** The browser runs and applies only what has these hashes, and connects to nowhere. */
const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const POLICY = [
  "default-src 'none'",
  `style-src ${hash(STYLE)}`,
  `script-src ${hash(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

export interface Page {
  readonly title: string
  readonly contents: readonly PageEntry[]
  readonly body: Content
}

/** The whole file. */
export function documentHtml({ title, contents, body }: Page): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="page">
<nav aria-label="Contents"><details class="contents" open><summary>Contents</summary>${contentsHtml(contents)}</details></nav>
<main id="content">
${body}
</main>
</div>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.text
}
