// The table of the fields of a log line, from their schema.

import { fieldsOf } from '../../control-plane/switches/access-log/log-format.ts'
import { LogLineSchema } from '../../core/log-line.ts'

interface FieldSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly description?: string
}

export function logLineTable(): string {
  const { properties, required = [] } = LogLineSchema
  const ofEnvoy: Readonly<Record<string, string>> = fieldsOf('calls')
  const rows = Object.entries(properties as Readonly<Record<string, FieldSchema>>).map(([name, schema]) => [
    `\`${name}\``,
    typeOf(schema),
    (required as readonly string[]).includes(name) ? 'always' : '',
    schema.description ?? '',
    ofEnvoy[name] === undefined ? '' : `\`${ofEnvoy[name]}\``,
  ])
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const head = ['field', 'type', 'there', 'what it is', "in Envoy's log"]
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function typeOf({ type, enum: values }: FieldSchema): string {
  // The names of all status codes would fill the page.
  if (values !== undefined && values.length <= 5) return values.map((value) => `\`${value}\``).join(', ')
  return type ?? (values === undefined ? 'any JSON' : 'string')
}
