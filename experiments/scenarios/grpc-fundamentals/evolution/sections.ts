// What the report shows of the evolution of a schema.

import type { Section, TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Pair } from './call-pairs.ts'
import { CHANGES } from './changes.ts'
import { type Found, foundIn } from './found.ts'
import { RULES, type Verdict } from './judge.ts'
import { VERSIONS } from './versions.ts'

export function evolutionSections(results: Results): readonly Section[] {
  const found = foundIn(results)
  return [
    versionsSection(found),
    mistakesSection(found),
    meetingsSection(found),
    pairsSection(found),
    jsonSection(found),
    presenceSection(found),
    {
      ...{ kind: 'bytes', title: 'The same bytes, read by a new and by an old program' },
      says: 'A tag has the number of a field and the form of its value, never a name or a type. So `v1` finds the end of fields that it does not know (`6`, `7` and `9`), skips them, keeps them, and sends them on. The types with a question mark are guesses from the bytes.',
      messages: found.read ?? [],
    },
  ]
}

/** `PACKAGE` differs from `FILE` only where something moves to another file. */
const SHOWN = ['FILE', 'WIRE_JSON', 'WIRE'] as const

const titleOf = (id: string) => CHANGES.find((change) => change.id === id)?.title ?? id

const verdictCells = ({ accepted, violations }: Verdict) => [
  accepted ? 'accepted' : '**refused**',
  ...SHOWN.map((category) =>
    violations.some(({ categories }) => categories.includes(category)) ? '**refused**' : 'accepted',
  ),
]

const VERDICT_COLUMNS = ['our rules', ...SHOWN].map((title) => ({ title }))

function versionsSection({ verdicts = [] }: Found): TableSection {
  const renamed = verdicts.find(({ id }) => id === 'v3')?.violations[0]?.rule
  return {
    ...{ kind: 'table', title: 'One schema in five versions, judged by buf' },
    says: `Each version changes the one before in a way that old programs survive. \`buf breaking\` judges by categories: \`FILE\` (and \`PACKAGE\`, which lets things move between files) protects code that was generated, so no field may go; \`WIRE_JSON\` protects bytes and JSON, \`WIRE\` bytes alone. Our rules are \`${RULES.use.join('`, `')}\` without \`${RULES.except.join('`, `')}\`: \`WIRE_JSON\` says nothing of methods that go, and ${renamed === 'FIELD_SAME_NAME' ? 'reports the new name of `v3` (`FIELD_SAME_NAME`) though `json_name` keeps it out of JSON' : 'accepts the new name of `v3`'}.`,
    columns: [{ title: 'version' }, { title: 'change' }, ...VERDICT_COLUMNS],
    rows: VERSIONS.slice(1).flatMap(({ id, change }) =>
      verdicts.filter((one) => one.id === id).map((verdict) => [id, change, ...verdictCells(verdict)]),
    ),
  }
}

function mistakesSection({ verdicts = [] }: Found): TableSection {
  return {
    ...{ kind: 'table', title: 'Changes that somebody could make, judged by buf' },
    says: 'All but the first are mistakes. `WIRE` alone lets some of them pass: it does not look at JSON, and neither it nor `WIRE_JSON` looks at the names of methods.',
    columns: [{ title: 'change' }, { title: 'of' }, ...VERDICT_COLUMNS, { title: 'what buf says' }],
    rows: CHANGES.flatMap(({ id, title, of }) =>
      verdicts
        .filter((one) => one.id === id)
        .map((verdict) => [title, of, ...verdictCells(verdict), asText(verdict)]),
    ),
  }
}

/** The first of ours is enough; where none is, the first of all. */
const asText = ({ refusedFor, violations }: Verdict) =>
  refusedFor[0] ?? violations.map(({ rule, message }) => `${rule}: ${message}`)[0] ?? 'nothing'

function meetingsSection({ changes = [] }: Found): TableSection {
  return {
    ...{ kind: 'table', title: 'The same changes, tried: what programs of both sides see' },
    says: 'Calls go on while a service is updated, so old clients meet new servers and the other way round. The bad changes do not fail loudly: most calls end with OK and a wrong value. This parser (protobuf-es) reads a value by the type of its schema, whatever form the tag has, so a wrong type can also swallow the fields behind it. protoc, in C++, treats such a field as unknown (see **One message, three encoders**).',
    columns: ['change', 'old client, new server', 'new client, old server', 'as JSON, either way'].map(
      (title) => ({ title }),
    ),
    rows: changes.map(({ id, oldToNew, newToOld }) => [
      titleOf(id),
      ...[oldToNew, newToOld].map((pair) => (pair === undefined ? 'does not compile' : seenText(pair))),
      oldToNew === undefined || newToOld === undefined
        ? 'does not compile'
        : [...new Set([...oldToNew.json, ...newToOld.json])].join('; ') || 'as sent',
    ]),
  }
}

const seenText = ({ status, sees }: Pair) =>
  status === 'OK' ? sees.join('; ') || 'as sent' : `**call fails**: ${status}`

function pairsSection({ pairs = [], careless }: Found): TableSection {
  const lost = careless?.back.join('; ') ?? 'not measured'
  return {
    ...{ kind: 'table', title: 'Every client calls every server: what the server sees' },
    says: `Rows are clients, columns servers. What a server does not know, it keeps: in all ${pairs.filter(({ back }) => back.length === 0).length} of ${pairs.length} calls the client got its order back whole. The same server made to drop unknown fields returned an order of \`v5\` without these: ${lost}.`,
    columns: [{ title: 'client' }, ...VERSIONS.map(({ id }) => ({ title: `server ${id}` }))],
    rows: grid(pairs, ({ status, sees }) => (status === 'OK' ? sees.join('; ') || 'all' : status)),
  }
}

function jsonSection({ pairs = [] }: Found): TableSection {
  const hurt = pairs.filter(({ json }) => json.length > 0).length
  return {
    ...{ kind: 'table', title: 'The same calls as JSON over HTTP: what comes back' },
    says: `JSON has names instead of numbers, and programs cannot keep what they do not know: ${hurt} of ${pairs.length} answers lack something, none with an error, because the server (connect) ignores unknown names. The renamed field arrives between all versions, because \`json_name\` keeps its name in JSON.`,
    columns: [{ title: 'client' }, ...VERSIONS.map(({ id }) => ({ title: `server ${id}` }))],
    rows: grid(pairs, ({ json }) => json.join('; ') || 'all'),
  }
}

/** A row for each client, a column for each server. */
function grid(pairs: readonly Pair[], cell: (pair: Pair) => string): readonly (readonly string[])[] {
  if (pairs.length === 0) return []
  return VERSIONS.map(({ id }) => [
    id,
    ...VERSIONS.map((server) => {
      const pair = pairs.find((one) => one.client === id && one.server === server.id)
      return pair === undefined ? '–' : cell(pair)
    }),
  ])
}

function presenceSection({ presence = [] }: Found): TableSection {
  return {
    ...{ kind: 'table', title: 'Default, absent, and zero' },
    says: 'A field of proto3 has no bytes if it has its default, so 0 and absent are the same for `quantity`, and an enum that nobody set is its value 0: call that value UNSPECIFIED. `optional`, and being in a `oneof`, give a field presence: 0 is sent, and absent is something else.',
    columns: ['what is set', 'bytes', 'JSON of it'].map((title) => ({ title })),
    rows: presence.map(({ set, hex, json }) => [
      `\`${set}\``,
      hex === '' ? 'none' : (hex.match(/../g) ?? []).join(' '),
      JSON.stringify(json),
    ]),
  }
}
