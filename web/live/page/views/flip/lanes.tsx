// A lane for each Envoy: how far the flip has come there.

import { Diff } from '../../document/diff.tsx'
import { useRevisionChanges } from '../../document/revision-changes.ts'
import { formatAgo } from '../../format/figures.ts'
import { Icon } from '../../shell/icon.tsx'
import { useNow } from '../../shell/use-now.ts'
import type { FlipLane, FlipProgress, Revision } from '../../store/contract.ts'
import { useStore } from '../../store/page-store.ts'
import { RecentFlips } from './recent-flips.tsx'
import { flipsOf, useShownFlip } from './shown-flip.ts'
import { STATIONS, type Station, stationsOf, summaryOf } from './stations.ts'

/** A fleet may have a thousand; the rejected ones come first, then those that are behind. */
const MOST_LANES = 24

export function Lanes({ fleet }: { readonly fleet: string }) {
  const flip = useShownFlip(fleet)
  const revision = useStore((state) => (flip === undefined ? undefined : state.revisions.get(flip.revision)))
  const changes = useRevisionChanges(flip?.revision)
  const newest = useStore((state) => flipsOf(state.flips, fleet).at(-1)?.revision)
  const now = useNow()
  if (flip === undefined) {
    return (
      <section class="card lanes" aria-label="Last flip">
        <h2>Last flip</h2>
        <p class="empty">
          No flip since the control plane started. Turn a switch, and watch it reach each Envoy here.
        </p>
      </section>
    )
  }
  const lanes = flip.lanes.filter((lane) => lane.fleet === fleet)
  const summary = summaryOf(flip, lanes)
  const over = overOf(revision, flip.revision === newest)
  return (
    <section class="card lanes" aria-label={`Flip of revision ${flip.revision}`}>
      <header>
        <h2>Revision {flip.revision}</h2>
        {revision !== undefined && (
          <span class="quiet small">
            {revision.status.replace('_', ' ')} · by {revision.author}
          </span>
        )}
        <span class="quiet small">{formatAgo(now - Date.parse(flip.at))}</span>
      </header>
      {changes !== undefined && changes.length > 0 && <Diff changes={changes.slice(0, 6)} />}
      <p class={`summary ${summary.tone}`} role="status">
        {summary.text}
      </p>
      <LaneTable flip={flip} lanes={lanes} over={over} />
      <RecentFlips fleet={fleet} shown={flip.revision} />
    </section>
  )
}

type Over = 'rolled back' | 'replaced' | undefined

function overOf(revision: Revision | undefined, isNewest: boolean): Over {
  if (revision?.status === 'rolled_back') return 'rolled back'
  return isNewest ? undefined : 'replaced'
}

interface LaneTableProps {
  readonly flip: FlipProgress
  readonly lanes: readonly FlipLane[]
  readonly over: Over
}

function LaneTable({ flip, lanes, over }: LaneTableProps) {
  const shown = lanes.length > MOST_LANES ? lanes.toSorted((a, b) => urgency(b) - urgency(a)) : lanes
  return (
    <table class="lane-table">
      <thead>
        <tr>
          <th scope="col">
            <span class="unseen">Envoy</span>
          </th>
          {STATIONS.map(({ title, hint }) => (
            <th scope="col" title={hint}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.slice(0, MOST_LANES).map((lane) => (
          <Lane key={`${lane.fleet}/${lane.node}`} flip={flip} lane={lane} over={over} />
        ))}
      </tbody>
      {lanes.length > MOST_LANES && (
        <caption class="quiet small">
          {lanes.length - MOST_LANES} more Envoys are as far as the last one here, or farther.
        </caption>
      )}
    </table>
  )
}

type LaneProps = Pick<LaneTableProps, 'flip' | 'over'> & { readonly lane: FlipLane }

function Lane({ flip, lane, over }: LaneProps) {
  const stations = stationsOf(lane, flip, over)
  const { nack } = lane
  return (
    <>
      <tr class={nack === undefined ? 'lane' : 'lane nacked'}>
        <th scope="row">{lane.node}</th>
        {stations.map((station, index) => (
          <StationCell key={STATIONS[index]?.title} station={station} title={STATIONS[index]?.title ?? ''} />
        ))}
      </tr>
      {nack !== undefined && (
        <tr class="lane-nack">
          <td colSpan={STATIONS.length + 1}>
            <p>{nack.message}</p>
            {nack.path !== undefined && (
              <p class="quiet">
                at <code>{nack.path}</code>
              </p>
            )}
          </td>
        </tr>
      )}
    </>
  )
}

function StationCell({ station, title }: { readonly station: Station; readonly title: string }) {
  const { state, text } = station
  return (
    <td class={`station ${state}`}>
      <span class="track" aria-hidden="true">
        <i class="dot">
          {state === 'done' && <Icon name="check" />}
          {state === 'failed' && <Icon name="cross" />}
        </i>
      </span>
      <span class="station-title" aria-hidden="true">
        {title}
      </span>
      <span class="station-text">{text === '' ? <span class="unseen">not reached</span> : text}</span>
    </td>
  )
}

function urgency({ nack, ackedAt, sentAt }: FlipLane): number {
  if (nack !== undefined) return 3
  if (ackedAt !== undefined) return 0
  return sentAt === undefined ? 2 : 1
}
