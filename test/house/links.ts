// Finds links in Markdown that lead nowhere: files that do not exist, and anchors without a heading.

import { posix } from 'node:path'
import GithubSlugger from 'github-slugger'
import type { SourceFile } from './rules.ts'

const FENCED_BLOCK = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1/gm
const CODE = /`[^`\n]*`/g
const INDENTED_BLOCK = /(?<=\n\n)(?: {4}.*\n)+/g
const LINK_FORMS = [
  /\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g,
  /^\[[^\]]+\]:\s+(\S+)/gm,
  /\b(?:href|src|srcset)="([^"\s]+)"/g,
]
const HEADING = /^#{1,6}\s+(.+?)\s*#*$/gm
const ANCHOR = /<a\s+(?:id|name)="([^"]+)"/g
const HAS_SCHEME = /^(?:[a-z][a-z+.-]*:|\/\/)/i

/**
 * Every dead link of Markdown files, as `PATH: LINK: what is wrong`. Links to other sites are not checked.
 * @param exists whether the tree has this file or folder, by its path from the root
 */
export function findDeadLinks(files: readonly SourceFile[], exists: (path: string) => boolean): string[] {
  const anchors = new Map(files.map(({ path, text }) => [path, anchorsOf(text)]))
  return files.flatMap(({ path, text }) =>
    linksIn(text).flatMap((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file))
      if (!exists(target)) return [`${path}: ${link}: ${target} does not exist`]
      const isDead = anchor !== undefined && anchors.get(target)?.has(decodeURIComponent(anchor)) === false
      return isDead ? [`${path}: ${link}: ${target} has no heading #${anchor}`] : []
    }),
  )
}

function linksIn(text: string): string[] {
  const prose = text.replace(FENCED_BLOCK, '').replace(INDENTED_BLOCK, '').replace(CODE, '')
  return LINK_FORMS.flatMap((form) => [...prose.matchAll(form)])
    .map(([, link = '']) => link)
    .filter((link) => !HAS_SCHEME.test(link))
}

/** GitHub makes the anchor of a heading from its text as it is shown, and numbers equal ones. */
function anchorsOf(text: string): ReadonlySet<string> {
  const prose = text.replace(FENCED_BLOCK, '')
  const slugger = new GithubSlugger()
  const headings = [...prose.matchAll(HEADING)].map(([, heading = '']) => slugger.slug(shownText(heading)))
  return new Set([...headings, ...[...prose.matchAll(ANCHOR)].map(([, id = '']) => id)])
}

function shownText(heading: string): string {
  return heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/(?<!\w)_([^_]+)_(?!\w)/g, '$1')
}
