// The page of the benchmark has two parts, which can be measured one without the other.

import { SWARM_HEADING } from './swarm-report.ts'

export interface PageParts {
  /** The ways to a backend, with the head of the page. */
  readonly ways?: string
  /** The section about many clients. */
  readonly swarm?: string
}

/** The page with its new parts; a part that was not measured stays as it was. */
export function updatePage(page: string, { ways, swarm }: PageParts): string {
  const at = page.indexOf(SWARM_HEADING)
  const [oldWays, oldSwarm] = at < 0 ? [page, ''] : [page.slice(0, at), page.slice(at)]
  const parts = [ways ?? oldWays, swarm ?? oldSwarm].map((part) => part.trim())
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}
