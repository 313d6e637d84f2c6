// The first part of the report: what all chapters recommend, each with its first figure.

import type { Section, TableSection } from '../../../harness/report/section.ts'

/** The bold lead of a paragraph: the recommendation, or its subject with a colon. */
const LEAD = /^\*\*.+?\*\*/

/**
 * A row for each paragraph of a text that begins in bold: the lead, and the first sentence behind it that has a figure.
 * No section if no chapter has measured anything that it could recommend.
 */
export function recommendationsOf(sections: readonly Section[]): readonly TableSection[] {
  const rows = sections.flatMap((section) =>
    section.kind === 'text' ? section.paragraphs.flatMap((text) => rowOf(section.part, text)) : [],
  )
  if (rows.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'What to set',
      part: 'Recommendations',
      says: 'From the figures of this run. The chapters below have the conditions, and what each recommendation is concluded from.',
      columns: [{ title: 'chapter' }, { title: 'recommendation' }],
      rows,
    },
  ]
}

function rowOf(part: string | undefined, text: string): readonly (readonly [string | undefined, string])[] {
  const [lead] = LEAD.exec(text) ?? []
  if (lead === undefined) return []
  const sentences = text.slice(lead.length).split(/(?<=[.!?]) (?=\S)/)
  // A lead that is only the beginning of its sentence.
  const begun = /[.!?:]\*\*$/.test(lead) ? lead : `${lead}${sentences.shift() ?? ''}`
  if (/\d/.test(begun.slice(lead.length))) return [[part, begun]]
  const figure = sentences.find((sentence) => /\d/.test(sentence)) ?? sentences[0] ?? ''
  return [[part, `${begun} ${figure.trim()}`.trim()]]
}
