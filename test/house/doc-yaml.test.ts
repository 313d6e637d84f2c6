// Every piece of a document on a page is valid where it belongs, so that a reader can copy it.

import t from 'tap'
import { parse } from 'yaml'
import { mergePatch } from '../../control-plane/admin/merge-patch.ts'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { ConfigSchema } from '../../control-plane/document/model.ts'
import { toProblem } from '../../control-plane/document/problem.ts'
import { checkConfig } from '../../control-plane/document/validate.ts'
import { blocksOf } from '../support/markdown-blocks.ts'
import { readTree } from './read-tree.ts'

const endpoints = { e1: { address: '127.0.0.1:7000' } }

/** What the pieces refer to and do not write. */
const AROUND = {
  version: 1,
  upstreams: {
    echo: { endpoints },
    ledger: { endpoints },
    postgres: { endpoints },
    authorizer: { endpoints },
  },
  routes: { public: { hosts: ['*'], rules: {} } },
  jwt: { main: { issuer: 'i', audiences: ['a'], jwks: { upstream: 'echo', path: '/keys' } } },
  fleets: {
    edge: {
      kind: 'envoy',
      lb: { mode: 'l7', policy: 'round_robin' },
      listeners: { main: { port: 10_000, l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
    },
  },
}

const FIELDS = new Set(describeSchema(ConfigSchema).map(({ path }) => path))

/** The piece as a merge patch of a document; undefined if no place of a document has such a field. */
function patchOf(piece: Readonly<Record<string, unknown>>): object | undefined {
  const [field] = Object.keys(piece)
  if (FIELDS.has(`${field}`)) return piece
  if (FIELDS.has(`fleets.*.${field}`)) return { fleets: { edge: piece } }
  return FIELDS.has(`fleets.*.security.${field}`) ? { fleets: { edge: { security: piece } } } : undefined
}

/** Problems of a block, or of its place. */
function problemsOf(text: string): readonly string[] {
  const patch = patchOf(parse(text))
  if (patch === undefined) return ['is no part of a document']
  const checked = checkConfig(mergePatch(AROUND, patch))
  return 'problems' in checked
    ? checked.problems.map(toProblem).map(({ path, message }) => `${path} ${message}`)
    : []
}

const pages = readTree(['md'])
for (const { path, text } of pages) {
  for (const { language, title, text: block, line } of blocksOf(text)) {
    // A block with a title is a whole file, which another test uses.
    if (language !== 'yaml' || title !== '') continue
    t.test(`${path}: the document in line ${line} is valid`, async (t) => t.strictSame(problemsOf(block), []))
  }
}

t.test('a piece with an unknown field, and one that belongs nowhere, are found', async (t) => {
  t.ok(pages.some(({ path }) => path === 'docs/security/calls.md'))
  t.strictSame(problemsOf('lb: { mode: l4, policy: random }'), [], 'the accepted twin')
  t.match(problemsOf('lb: { mode: l4, policy: random, choice: 1 }'), [
    /^fleets\.edge\.lb\.choice unknown field/,
  ])
  t.strictSame(problemsOf('load: {}'), ['is no part of a document'])
})
