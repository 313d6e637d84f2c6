// Prints what nodes have beside what they are served.

import type { JsonValue } from '@bufbuild/protobuf'
import pc from 'picocolors'
import { renderTable } from '../../testbed/measure/table.ts'
import { type ComparedNode, type ComparedResource, type Finding, isInEffect } from './compare.ts'
import type { Difference } from './differences-of.ts'
import type { EffectiveSurvey } from './survey-effective.ts'

/** Of one resource. The JSON output has all. */
const SHOWN_DIFFERENCES = 3
const SHOWN_CHARACTERS = 60

const WORDS: Readonly<Record<Exclude<Finding, 'same' | 'differs' | 'nacked'>, string>> = {
  warming: 'received, but still warming',
  missing: 'is served, but the node does not have it',
  extra: 'is not served, but the node has it',
  unserved: 'the node asks for it, but nobody serves it',
  unreadable: 'the node does not show its content',
}

/** A table of nodes, and a line for each resource that is not as served. */
export function renderEffective({ nodes, problems }: EffectiveSurvey): string {
  const lines = [
    ...problems.map(({ source, message }) => pc.red(`  ${source}: ${message}`)),
    ...nodes.flatMap((node) => node.resources.flatMap((one) => resourceLines(node, one))),
  ]
  return [
    renderTable(
      [
        { title: 'node' },
        { title: 'fleet' },
        { title: 'asked at' },
        { title: 'in effect', align: 'right' },
        { title: '' },
      ],
      nodes.map(nodeRow),
    ),
    ...(lines.length === 0 ? [] : ['', ...lines]),
  ].join('\n')
}

function nameOf({ node, scope }: ComparedNode): string {
  return scope === undefined ? node : `${node} (${scope})`
}

function nodeRow(node: ComparedNode): readonly string[] {
  const { fleet, source, resources } = node
  const same = resources.filter(({ finding }) => finding === 'same').length
  const color = isInEffect(node) ? pc.green : pc.red
  const counts = Map.groupBy(resources, ({ finding }) => finding)
  const others = [...counts].filter(([finding]) => finding !== 'same')
  return [
    nameOf(node),
    fleet,
    source,
    color(`${same} of ${resources.length}`),
    color(others.map(([finding, { length }]) => `${length} ${finding}`).join(', ')),
  ]
}

function resourceLines(node: ComparedNode, resource: ComparedResource): readonly string[] {
  const { typeUrl, name, finding, differences = [], message = '' } = resource
  if (finding === 'same') return []
  const title = `  ${nameOf(node)} ${typeUrl.slice(typeUrl.lastIndexOf('.') + 1)} ${name}`
  if (finding === 'nacked') return [pc.red(`${title}: NACKed: ${message.trimEnd()}`)]
  if (finding !== 'differs') return [pc.red(`${title}: ${WORDS[finding]}`)]
  const more = differences.length - SHOWN_DIFFERENCES
  return [
    pc.red(`${title}: differs from what is served`),
    ...differences.slice(0, SHOWN_DIFFERENCES).map((one) => pc.red(`    ${describe(one)}`)),
    ...(more > 0 ? [pc.red(`    and ${more} more: yard status --effective -o json`)] : []),
  ]
}

function describe({ path, served, has }: Difference): string {
  return `${path || 'the whole'}: served ${shorten(served)}, has ${shorten(has)}`
}

function shorten(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`
}
