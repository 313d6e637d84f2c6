// A history for a reader: a line for each command, and the commands that may stand in for another when a history is minimized.

import type { Command } from './commands.ts'
import { KINDS } from './member.ts'
import { BAD_CONTENTS, type Change } from './world.ts'

const MEMBERS = KINDS.flatMap((kind) => [`${kind}-sotw`, `${kind}-delta`])
const FREE_MEMBERS = MEMBERS.filter((title) => title.startsWith('free'))

/** One line, such as `envoy-delta reads and answers a response`. */
export function describeCommand(command: Command): string {
  switch (command.do) {
    case 'rest':
      return 'nothing happens'
    case 'clear':
      return 'the snapshot is cleared'
    case 'settle':
      return 'all clients read until nothing is left'
    case 'change':
      return describeChange(command.change)
    case 'read':
      return `${pick(MEMBERS, command.member)} reads and answers a response`
    case 'block':
      return `${pick(MEMBERS, command.member)} stops reading`
    case 'unblock':
      return `${pick(MEMBERS, command.member)} can be written to again`
    case 'age':
      return `the connection of ${pick(MEMBERS, command.member)} reaches its age`
    case 'beat':
      return `heartbeats of ${pick(MEMBERS, command.member)} are ${command.isLate ? 'late' : 'due'}`
    case 'call':
      return `envoy-delta has a call to host "${command.host}" of routes "${command.routes}"`
    case 'reconnect':
      return `${pick(MEMBERS, command.member)} reconnects${command.withOldNonce ? ' with a nonce of its old stream' : ''}`
    case 'subscribe':
    case 'unsubscribe': {
      const { member, typeUrl, names } = command
      const list = names.length === 0 ? 'nothing' : names.map((name) => `"${name}"`).join(', ')
      return `${pick(FREE_MEMBERS, member)} ${command.do}s ${shortType(typeUrl)}: ${list}`
    }
  }
}

function describeChange(change: Change): string {
  const { set, name } = change
  if (set === 'routes') {
    return `routes of "${name}" lead to "${change.cluster}", with content ${describeContent(change.content)}`
  }
  if (change.content === undefined) return `${set} "${name}" is removed`
  if (set === 'listener') {
    const { kind, cluster, content, filter } = change.content
    const filtered = filter === undefined ? '' : ` with filter "${filter}"`
    return `listener "${name}" is ${kind}${filtered}, uses "${cluster}" and has content ${describeContent(content)}`
  }
  if (set === 'endpoints') return `"${name}" has ${change.content} endpoints`
  if (typeof change.content === 'object') return `${set} "${name}" ${describeParts(change.content)}`
  return `${set} "${name}" has content ${set === 'cluster' ? describeContent(change.content) : change.content}`
}

function describeParts(parts: {
  readonly content: number
  readonly cluster?: string
  readonly expires?: boolean
}): string {
  const { content, cluster, expires } = parts
  const uses = cluster === undefined ? '' : `uses "${cluster}", `
  return `${uses}${expires ? 'expires, ' : ''}has content ${describeContent(content)}`
}

function describeContent(content: number): string {
  return BAD_CONTENTS.includes(content) ? `${content}, which clients NACK` : String(content)
}

/** `type.googleapis.com/envoy.config.cluster.v3.Cluster` becomes `Cluster`. */
function shortType(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
}

/** Simpler commands: fewer names, no old nonce, the first of the good or bad contents. */
export function simplerCommands(command: Command): readonly Command[] {
  switch (command.do) {
    case 'subscribe':
    case 'unsubscribe':
      return command.names.length < 2
        ? []
        : command.names.map((_, at) => ({ ...command, names: command.names.toSpliced(at, 1) }))
    case 'reconnect':
      return command.withOldNonce ? [{ ...command, withOldNonce: false }] : []
    case 'beat':
      return command.isLate ? [{ ...command, isLate: false }] : []
    default:
      return []
  }
}

function pick(titles: readonly string[], index: number): string | undefined {
  return titles[index % titles.length]
}
