// HTML as text: everything that a template takes in is escaped, unless it is HTML already.

/** A piece of HTML or SVG. Only `html` and `trusted` make it, so a label cannot become markup. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** `undefined` and `false` give nothing; the members of an array follow each other. */
export type Content = Html | string | number | undefined | false | readonly Content[]

/** `html`<b>${label}</b>``: text and numbers are escaped, also for attributes in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.map((part, index) => part + textOf(values[index])).join(''))
}

/** Text that is markup by itself, such as our own style sheet. */
export const trusted = (text: string): Html => new Html(text)

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(NOT_ALLOWED, '\ufffd')
}

/** Control characters that HTML does not allow, even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const NOT_ALLOWED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu

function textOf(content: Content): string {
  if (content === undefined || content === false) return ''
  if (content instanceof Html) return content.text
  if (typeof content === 'string') return escapeHtml(content)
  if (typeof content === 'number') return String(content)
  return content.map(textOf).join('')
}
