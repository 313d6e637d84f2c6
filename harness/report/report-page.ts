// The report as one page.

import type { Results } from '../results.ts'
import type { ReportFacts } from './content/report-facts.ts'
import { appendixHtml } from './html/appendix-html.ts'
import { documentHtml } from './html/document.ts'
import { answerHtml, headHtml, originHtml } from './html/overview-html.ts'
import { sectionHtml } from './html/section-html.ts'
import type { Section } from './section.ts'

/** The text of `report.html`: it needs no other file and no network. */
export function reportPage(
  results: Results,
  sections: readonly Section[],
  { runs, overview }: ReportFacts,
): string {
  const parts = sections.map((section, index) => ({
    section,
    id: `part-${index + 1}`,
    beginsPart: section.part !== sections[index - 1]?.part,
  }))
  return documentHtml({
    title: `${results.title} · ${results.profile.name}`,
    contents: [
      { id: 'answer', title: 'The answer at a glance' },
      ...parts.map(({ section: { title, part }, id }) => ({ id, title, ...(part && { part }) })),
      { id: 'origin', title: 'Where the figures come from' },
      { id: 'runs', title: 'All runs' },
    ],
    body: [
      headHtml(results, overview),
      answerHtml(overview),
      parts.map(({ section, id, beginsPart }) => sectionHtml(section, id, { beginsPart })),
      originHtml(results, overview),
      appendixHtml(results, runs),
    ],
  })
}
