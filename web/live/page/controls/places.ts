// Places in the document that a NACK is about, without the text that is shown beside them anyway.

export interface Place {
  readonly path: string
  readonly message: string
}

/** A message such as `edge-1 NACKed Cluster "cart": TEXT` loses its text if `shown` has it. */
export function shortenPlaces(places: readonly Place[], shown: string): readonly Place[] {
  return places.map(({ path, message }) => {
    const colon = message.indexOf(': ')
    const text = message.slice(colon + 2)
    return { path, message: colon !== -1 && shown.includes(text) ? message.slice(0, colon) : message }
  })
}
