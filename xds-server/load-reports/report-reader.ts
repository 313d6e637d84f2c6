// Reads reports in place, and bounds what is in them.

import { type Fields as FieldsOf, WireReader } from '../../core/wire-reader.ts'

/** A report that breaks a bound. */
export class InvalidReport extends Error {}

/** Characters of a name: of a cluster, a part of a locality, an address, a category. */
export const MAX_NAME_LENGTH = 1_024
/** Clusters, localities, endpoints, categories and metrics of one report together. */
const MAX_ENTRIES = 50_000

export type Fields<Target> = FieldsOf<Target, ReportReader>

export class ReportReader extends WireReader {
  #entriesLeft = MAX_ENTRIES

  /** A message within a message, counted among the entries of the report. @throws InvalidReport if there are too many */
  entry<Target>(fields: Fields<Target>, target: Target): Target {
    this.#entriesLeft -= 1
    if (this.#entriesLeft < 0) {
      throw new InvalidReport(
        `the report has more than ${MAX_ENTRIES} clusters, localities, endpoints, categories and metrics: report fewer clusters`,
      )
    }
    return this.nested(fields as FieldsOf<Target, this>, target)
  }

  /** A `uint64` of calls. @throws InvalidReport if it is not exact */
  count(field: string): number {
    const count = this.integer()
    if (Number.isSafeInteger(count)) return count
    throw new InvalidReport(`${field} is ${count}, and the limit is ${Number.MAX_SAFE_INTEGER}`)
  }

  /** A string. @throws InvalidReport if it is too long */
  name(field: string): string {
    return checkName(field, this.string())
  }
}

/** @throws InvalidReport if the name is too long */
export function checkName(field: string, name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name
  throw new InvalidReport(`${field} has ${name.length} characters, and the limit is ${MAX_NAME_LENGTH}`)
}
