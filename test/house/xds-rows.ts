// The rows of docs/xds-rows.md as data: what the server does, and where the protocol or a public issue says why.

interface Row {
  /** What the server does. */
  readonly rule: string
  /** `P` for the xDS protocol document, a gRFC such as `A46`, or a public issue such as `envoyproxy/envoy#10363`. */
  readonly sources: readonly string[]
  /** The sentence of the first source that asks for it, word for word and without its markup. */
  readonly says?: string
}

export const XDS_ROWS: Readonly<Record<string, Row>> = {
  X1: {
    rule: 'In SotW, a type has one pending response at a time, and a request with a stale nonce is not answered. A name that it leaves out is sent again when a later request lists it. Exceptions: a wildcard subscription without names may be sent newer content meanwhile ([why](library.md#what-we-saw-of-envoy-140)), and the responses of X68 go out together.',
    sources: ['P', 'envoyproxy/envoy#10363'],
  },
  X2: {
    rule: 'A delta request with a stale nonce still subscribes and unsubscribes.',
    sources: ['P', 'envoyproxy/envoy#16659'],
  },
  X3: {
    rule: 'The first request of a type on a stream is never stale, whatever its nonce.',
    sources: ['P', 'envoyproxy/envoy#30155'],
  },
  X4: {
    rule: 'Only `error_detail` makes a NACK. The subscriptions in a NACK count.',
    sources: ['P', 'envoyproxy/envoy#14841'],
  },
  X5: {
    rule: 'NACKed content is not sent to that stream again, unless the client requests it. The next push has other content.',
    sources: ['envoyproxy/go-control-plane#46', 'envoyproxy/go-control-plane#794', 'kumahq/kuma#13852'],
  },
  X6: {
    rule: 'The resources of a NACKed response are unknown on that node until an ACK. They are all sent again with the next content, and after a reconnect or a restart of the server.',
    sources: ['A46', 'envoyproxy/envoy#32880'],
  },
  X7: {
    rule: "A NACK is in the status, an event and a metric, with Envoy's text and the path in the document that the resource comes from.",
    sources: ['envoyproxy/gateway#9198', 'kumahq/kuma#4053'],
  },
  X8: {
    rule: 'While a revision is pending or after it was rejected, a node that starts is served the last known good snapshot.',
    sources: ['envoyproxy/gateway#9198', 'envoyproxy/go-control-plane#564'],
  },
  X9: {
    rule: 'A rollback brings back the whole document: all types of all fleets together.',
    sources: ['cilium/cilium#48897'],
  },
  X10: {
    rule: 'The assignment of each cluster that is sent follows at once, changed or not, without waiting for the ACK of the cluster.',
    sources: ['P', 'envoyproxy/go-control-plane#245', 'envoyproxy/java-control-plane#131'],
  },
  X11: {
    rule: 'The endpoints of a cluster that was removed and added again are sent, even if the client has seen their version.',
    sources: ['envoyproxy/go-control-plane#583'],
  },
  X12: { rule: 'A cluster without endpoints is served an empty assignment.', sources: ['istio/istio#23029'] },
  X13: {
    rule: 'A request for several names is answered with those that exist.',
    sources: ['envoyproxy/go-control-plane#119', 'envoyproxy/go-control-plane#426', 'kumahq/kuma#12098'],
  },
  X14: {
    rule: 'On one stream, clusters and endpoints are pushed first, listeners when those are ACKed, then scoped routes, and routes after these. Answers to requests do not wait, except those of X89.',
    sources: ['P', 'envoyproxy/go-control-plane#526'],
  },
  X15: {
    rule: 'A cluster, its endpoints and secrets are removed when listeners and routes that no longer use them are ACKed.',
    sources: ['P', 'projectcontour/contour#2151'],
  },
  X16: {
    rule: 'While the ACK of a type is missing, later stages wait, and other types of the same stage do not.',
    sources: ['istio/istio.io#8383'],
  },
  X17: {
    rule: 'One subscription state machine handles the legacy wildcard, `*` and names, as in the examples of the protocol document.',
    sources: ['P', 'envoyproxy/go-control-plane#559', 'envoyproxy/go-control-plane#1300'],
  },
  X18: {
    rule: 'Only listeners, clusters, scoped routes and virtual hosts have the legacy wildcard.',
    sources: ['envoyproxy/go-control-plane#1323'],
  },
  X19: {
    rule: 'In delta, a name that is unsubscribed beside `*` is answered with the resource, or as removed.',
    sources: ['P'],
  },
  X20: {
    rule: 'In delta, a name that is subscribed again is sent again.',
    sources: ['P', 'envoyproxy/envoy#22418'],
  },
  X21: {
    rule: 'After a reconnect the difference is sent, including removals: nothing if nothing changed.',
    sources: ['P', 'istio/istio#41494', 'projectcontour/contour#6250'],
  },
  X22: {
    rule: 'In delta, a subscribed name that does not exist is sent as removed, and sent when it exists.',
    sources: ['P', 'envoyproxy/go-control-plane#488'],
  },
  X23: {
    rule: 'In SotW, a subscribed name that does not exist is not answered, and sent when it exists.',
    sources: ['P', 'A57', 'envoyproxy/go-control-plane#1319'],
  },
  X24: {
    rule: 'SotW responses carry all subscribed listeners, clusters and scoped routes. For other types they carry what changed.',
    sources: ['P', 'envoyproxy/go-control-plane#1299'],
  },
  X25: {
    rule: 'Nothing is answered before the first snapshot. An empty snapshot is answered.',
    sources: ['kumahq/kuma#2171', 'envoyproxy/go-control-plane#465'],
  },
  X26: {
    rule: 'Two resources of one type with the same name are rejected; all such pairs are listed.',
    sources: ['P'],
  },
  X27: {
    rule: 'Versions are hashes of content, so a restart does not reset them.',
    sources: ['hashicorp/consul#4731'],
  },
  X28: { rule: 'Replicas with equal content have equal versions.', sources: ['envoyproxy/envoy#8718'] },
  X29: {
    rule: 'Map entries are sorted before encoding, so equal content pushes nothing.',
    sources: ['envoyproxy/envoy#6252', 'envoyproxy/gateway#10018'],
  },
  X30: {
    rule: 'The server remembers the node of a stream. A request without `type_url` on ADS ends with `INVALID_ARGUMENT`.',
    sources: ['P'],
  },
  X31: {
    rule: 'A name that is unsubscribed while writes are blocked is not sent.',
    sources: ['envoyproxy/go-control-plane#1498'],
  },
  X32: {
    rule: 'A TTL and its heartbeats are sent only to clients whose features say `xds.config.supports-resource-ttl`, and in SotW also that they unwrap resources. A heartbeat changes no version and no status, and nothing waits for its answer.',
    sources: ['P', 'envoyproxy/go-control-plane#359'],
    says: 'For clients that support the xds.config.supports-resource-ttl client feature, A TTL field may be specified on each Resource.',
  },
  X33: {
    rule: 'A renewed secret keeps its name, so the bytes of listeners do not change. An old and a new authority are trusted together.',
    sources: ['envoyproxy/envoy#21393'],
  },
  X34: {
    rule: 'A thousand streams that connect at once share encoded bytes, and wait for each other if too many bytes are unsent.',
    sources: ['istio/istio#35263'],
  },
  X35: {
    rule: 'A client that stops reading has at most one unsent response of each type, and then gets only the newest content.',
    sources: ['grpc/grpc-node#1332', 'istio/istio#28261'],
  },
  X36: {
    rule: 'A stream leaves nothing behind, however it ends.',
    sources: ['envoyproxy/go-control-plane#570', 'envoyproxy/go-control-plane#916'],
  },
  X37: {
    rule: 'Requests may be large, and delta responses are split below 4 MiB, the default limit of gRPC clients.',
    sources: ['envoyproxy/gateway#9564', 'envoyproxy/envoy#36169'],
  },
  X38: {
    rule: 'HTTP/2 keepalive on both ends detects dead peers. Time in which the server itself could not read does not count.',
    sources: ['MGMT'],
  },
  X39: {
    rule: 'A node that opens a stream of load reports (LRS) is sent the interval and `send_all_clusters` at once, and later each change. Each report is an event, and so is the end of its stream.',
    sources: ['LRS'],
  },
  X40: {
    rule: 'A gRPC client loses a listener or cluster only when its snapshot no longer has it: each SotW response carries all that the client subscribes to, a NACKed one as it was before, and a group without a snapshot is sent nothing. A client that ignores the deletion goes on, and is MISSING like one that does not.',
    sources: ['A53', 'A88'],
    says: 'when an xDS server tells a client that an LDS or CDS resource has been deleted, gRPC will unconfigure the behavior that had been configured by that resource',
  },
  X41: {
    rule: 'An ACK says that a node accepted a resource, not that it is in effect. `yard status --effective` reads what each node has, from the config dump of an Envoy and by CSDS from a gRPC client, and compares it with what the node is served.',
    sources: ['A40', 'envoyproxy/envoy#35675'],
  },
  X42: {
    rule: 'What a replaced listener may still use (clusters, routes, secrets) is removed only after the drain time of the Envoys.',
    sources: ['istio/istio#26861', 'envoyproxy/envoy#35675'],
  },
  X43: {
    rule: 'A name that a client subscribes to by name is removed when all that its newest resources need is asked for and ACKed, or when the client drops it.',
    sources: [],
  },
  X44: {
    rule: 'A NACK holds back only what refers to the NACKed resource, directly or by others.',
    sources: ['A88'],
  },
  X45: {
    rule: 'A name counts as not sent only if the client will certainly ask for it: not for a weight of 0, a mirror, another virtual host, or what the bootstrap already has.',
    sources: ['envoyproxy/gateway#8865', 'envoyproxy/go-control-plane#590'],
  },
  X46: {
    rule: 'A node that waits for a name that its snapshot lacks is MISSING, with the names, an event, and no `synced`.',
    sources: ['istio/istio#8320'],
  },
  X47: {
    rule: 'Clients with one node id count by themselves: the node is in sync when all of them are, and the ACK of one settles nothing of another. A stream that its client has replaced does not count.',
    sources: ['envoyproxy/go-control-plane#545', 'cncf/xds#27'],
  },
  X48: {
    rule: 'Names that a client makes up are gone with its stream. The server remembers no more of a node than it was served.',
    sources: [],
  },
  X49: {
    rule: 'The consistency check sees every reference: scoped routes, discovered configurations of filters, mirrors, aggregate clusters. It knows names that clients have from elsewhere.',
    sources: ['envoyproxy/go-control-plane#514', 'envoyproxy/go-control-plane#556', 'envoyproxy/envoy#32823'],
  },
  X50: {
    rule: 'A cluster whose endpoints come from a separate EDS service is served an empty assignment too.',
    sources: ['istio/istio#5391'],
  },
  X51: {
    rule: 'A SotW request without a nonce in mid-stream is answered like a first request.',
    sources: ['grpc/grpc-node#2875'],
  },
  X52: {
    rule: 'An ACK counts only for the response with its nonce. A response that was NACKed stays NACKed.',
    sources: ['cilium/cilium#48631'],
  },
  X53: {
    rule: 'Content that was answered ahead of its stage counts as in use until it is replaced and the replacement ACKed.',
    sources: [],
  },
  X54: {
    rule: 'When a NACKed name is unsubscribed or removed, the rest of its response is sent again and later stages go on.',
    sources: [],
  },
  X55: {
    rule: 'A SotW client that reconnects is answered unless the wildcard is all that it subscribes to and its version is the served one.',
    sources: ['P'],
  },
  X56: {
    rule: 'A wait for a revision ends when the revision that superseded it is ACKed, or when its own verdict is known.',
    sources: ['cilium/cilium#48631'],
  },
  X57: {
    rule: 'A TTL is part of the version of its resource, so one that changes, begins or ends is sent.',
    sources: ['P'],
    says: 'To update the TTL associated with a Resource, the management server resends the resource with a new TTL. To remove the TTL, the management server resends the resource with the TTL field unset.',
  },
  X58: {
    rule: 'In SotW, a heartbeat repeats the content, with everything that the client subscribes to if the type is whole, and routes and endpoints have no TTL: Envoy 1.40 deletes or crashes otherwise ([how](library.md#what-we-saw-of-envoy-140)).',
    sources: ['envoyproxy/envoy#24271', 'envoyproxy/envoy#20131'],
  },
  X59: {
    rule: 'Resources that may have expired at the client are sent anew, with their content: after a gap in the heartbeats, after a NACK of a heartbeat, and after a reconnect, whatever versions the client reports.',
    sources: ['envoyproxy/envoy#15667'],
  },
  X60: {
    rule: 'The first VHDS request of an Envoy names nothing and means all virtual hosts. It is answered at once, also if there are none; names that calls ask for are answered beside it.',
    sources: ['P', 'envoyproxy/envoy#46641', 'envoyproxy/go-control-plane#1296'],
    says: 'the server should treat that identically to how it would treat the client having explicitly subscribed to “*”',
  },
  X61: {
    rule: 'The virtual hosts of each route configuration with VHDS follow it on the stream, because Envoy waits 15 s for them and does not ask again. Those that are newer than the routes that are sent come in their stage. A route configuration without virtual hosts is followed by the removal of `NAME/*`, which ends the wait.',
    sources: ['VHDS'],
    says: 'Updates to the route configuration entry to which a virtual host belongs will clear the virtual host table and require all virtual hosts to be sent again.',
  },
  X62: {
    rule: 'A virtual host that a client asks for and that does not exist is answered at once: a resource without content, with the name as alias. One that the client has is removed. After a reconnect, a call may wait for a reported virtual host that does not serve its name: it is answered too.',
    sources: ['VHDS', 'envoyproxy/envoy#39315'],
    says: 'the management server should respond with a DeltaDiscoveryResponse in which the resources entry for that virtual host has the name and aliases set to the requested host entry and the resource unpopulated',
  },
  X63: {
    rule: 'What clients ask for is known by name: the event `subscribed` has the names that a request adds and drops, and the status the first names of each subscription.',
    sources: ['P', 'envoyproxy/go-control-plane#1296'],
    says: 'xDS requests allow the client to specify a set of resource names as a hint to the server about which resources the client is interested in.',
  },
  X64: {
    rule: 'With the option `onDemand`, a client learns that a name does not exist only when the lookup of the name is over. What the lookup makes is pushed in stages meanwhile, so the first call to a host or a cluster finds it. A name that is removed before its stage is answered as missing.',
    sources: ['P', 'envoyproxy/envoy#17891'],
    says: 'The management server may reply either immediately or when the requested resources are available',
  },
  X65: {
    rule: 'A separate stream for clusters that calls name belongs to the client of the aggregated stream with all clusters, and so do separate streams for virtual hosts: the node is in sync when they are.',
    sources: ['ODCDS', 'envoyproxy/envoy#24726'],
  },
  X66: {
    rule: 'Each type that Envoy discovers has a separate service beside ADS, SRDS, ECDS and RTDS too, in SotW and delta. VHDS has delta only.',
    sources: ['P', 'envoyproxy/java-control-plane#471'],
    says: 'For the non-aggregated protocol variants, there is a separate RPC service for each resource type.',
  },
  X67: {
    rule: 'On one stream, configurations of filters (ECDS) are pushed when clusters and secrets are ACKed, and listeners when the configurations are. A configuration is removed when the listeners that used it are replaced and drained.',
    sources: ['P', 'envoyproxy/envoy#32823'],
    says: 'In general, to avoid traffic drop, sequencing of updates should follow a make before break model',
  },
  X68: {
    rule: 'After a NACK that does not say which of several resources is bad, each of them is sent again in a response of its own: the bad one alone stays NACKED. Exception: SotW responses with all clusters, listeners or scopes.',
    sources: ['P'],
    says: 'In the incremental protocol variants, the server sends each resource in its own response.',
  },
  X69: {
    rule: 'An ACK of a runtime layer brings back the layers of the stream that were NACKed before it: Envoy keeps a bad layer and NACKs every other one until that is replaced ([why](library.md#what-we-saw-of-envoy-140)).',
    sources: [],
  },
  X70: {
    rule: 'In SotW, a runtime layer that the snapshot lacks is sent empty: Envoy drops its values, and at its start does not wait for it.',
    sources: ['P', 'envoyproxy/envoy#13632'],
    says: 'for other resource types, the API provides no mechanism for the server to tell the client that resources have been deleted',
  },
  X71: {
    rule: 'An Envoy that starts asks for its runtime layers first. It is NOT_SENT until it asks for clusters and listeners, or has sent nothing for `startTimeMs`.',
    sources: ['envoyproxy/envoy#10362', 'envoyproxy/envoy#9709'],
  },
  X72: {
    rule: 'A client that reads errors gets the reason why a name has no resource (`resource_errors`): in the answer to its request, and when the name is removed. Without a reason of the snapshot it is NOT_FOUND. Resources that exist are sent beside it.',
    sources: ['TP3', 'A88'],
    says: 'Clients that support this mechanism will use this additional field to obtain error information for resources that the xDS server couldn’t provide.',
  },
  X73: {
    rule: 'An error is sent once, and again if it changes or if the client asks anew. A subscription to everything has errors only for the names that the snapshot gives one.',
    sources: ['TP3'],
    says: 'The xDS Management server is only expected to return the error message once rather than throughout for future responses.',
  },
  X74: {
    rule: 'No stage waits for the answer to a response that only has errors, and a NACK of it holds nothing back.',
    sources: ['TP3'],
  },
  X75: {
    rule: 'Clients do not say whether they read errors, so only gRPC clients get them by default. A response stays valid for a client that ignores them: one with all clusters or listeners still has all of them.',
    sources: ['TP3'],
    says: "As the clients don't look at this field right now, the xDS management server must assume the responses remain valid for older clients for backward compatibility.",
  },
  X76: {
    rule: 'Two spellings of an `xdstp://` name are one name: the order of its context parameters makes no difference, nor does which of its characters are percent-encoded.',
    sources: ['TP1'],
    says: 'Two xdstp:// URNs are considered equivalent if they match component-wise modulo context parameter ordering.',
  },
  X77: {
    rule: 'A glob collection, `xdstp://AUTHORITY/TYPE/PATH/*`, stands for the resources of its folder with the same context parameters. They come, change and go by their own names, beside other names and `*`.',
    sources: ['TP1', 'cncf/xds#91', 'envoyproxy/envoy#14311', 'envoyproxy/envoy#25115'],
    says: 'Rather, glob collections provide delta updates directly on directory resources.',
  },
  X78: {
    rule: 'A glob collection without resources is answered: in delta as removed, in SotW by a response without resources.',
    sources: ['TP1'],
    says: 'If no resources are present in the glob collection, the server should reply with a DeltaDiscoveryResponse in which the glob collection URL is specified in removed_resources.',
  },
  X79: {
    rule: 'In delta, a name that the client subscribes to is written as the client wrote it. Every other resource is sent and removed under the name in the resource: Envoy removes a cluster by that name only.',
    sources: ['TP1'],
    says: 'Two xdstp:// URNs are considered equivalent if they match component-wise modulo context parameter ordering.',
  },
  X80: {
    rule: 'Resources of several authorities are served side by side, each under its own name. Clients have those of other servers from elsewhere if `external` lists their names, their collections or their authorities.',
    sources: ['TP1', 'A47'],
    says: 'We define a control plane serving a given xDS resource as an authority.',
  },
  X81: {
    rule: 'With `maxConnectionAge`, a connection gets GOAWAY at its age, a tenth more or less by chance. Each of its streams ends with the status OK once its client has answered what it was sent; until then pushes wait, for a second at most.',
    sources: ['A9', 'kumahq/kuma#4039', 'istio/istio#11181', 'envoyproxy/gateway#7007'],
    says: 'This option can force the client to periodically reconnect to a L4 LB which allows spreading load more quickly. A per-connection random jitter of +/-10% will be added to MAX_CONNECTION_AGE to spread out connection storms.',
  },
  X82: {
    rule: 'A connection whose client has not answered ends by force when the grace after its GOAWAY is over.',
    sources: ['A9', 'grpc/grpc-go#6232'],
    says: 'MAX_CONNECTION_AGE_GRACE is the maximum time the connection will be kept alive for outstanding RPCs to complete',
  },
  X83: {
    rule: 'A graceful close stops listening, sends GOAWAY, and ends one stream after the other as their clients have answered. What is left when its time is over ends by force.',
    sources: ['GOAWAY', 'istio/istio#20938'],
    says: 'GOAWAY allows an endpoint to gracefully stop accepting new streams while still finishing processing of previously established streams.',
  },
  X84: {
    rule: 'All streams of one node can be ended, and those of other nodes go on.',
    sources: ['istio/istio#20938'],
  },
  X85: {
    rule: 'Open streams are limited, for the server, an IP address and a node id. One more ends with `RESOURCE_EXHAUSTED`, and the others go on.',
    sources: ['envoyproxy/java-control-plane#101', 'istio/istio#50413'],
  },
  X86: {
    rule: 'The names that a stream subscribes to or reports are limited, in number and bytes, and so are those of all streams of a node.',
    sources: ['envoyproxy/java-control-plane#101'],
  },
  X87: {
    rule: 'The requests of a stream in a second are limited. Answers to responses do not count.',
    sources: ['envoyproxy/java-control-plane#101', 'istio/istio#41246'],
  },
  X88: {
    rule: 'In delta, the configuration of a filter (ECDS) that does not exist is not answered as removed: the listener of an Envoy would warm forever. One that the client has is removed.',
    sources: ['envoyproxy/envoy#30379', 'istio/istio#49855'],
  },
  X89: {
    rule: 'On one stream, the first answers to an Envoy that reports what it has wait for their stages as a push does: listeners for clusters and endpoints, and routes for listeners. For clusters and endpoints that it has not asked for again they wait `startTimeMs` at most.',
    sources: ['P'],
    says: 'In general, to avoid traffic drop, sequencing of updates should follow a make before break model',
  },
  X90: {
    rule: 'A call asks for a virtual host by its host. If another domain or an asterisk of a virtual host serves that, the answer is this virtual host, with the asked name as alias, when its stage comes. No lookup is made for it.',
    sources: ['VHDS', 'envoyproxy/envoy#8617'],
    says: 'the host/authority header values exactly matches the aliases, the route configuration is updated, the stream is resumed and processing of the filter chain continues.',
  },
  X91: {
    rule: 'A delta client that drops a name and asks for it again before it has answered a response with it takes the name by that response. If it does not exist any more, it is removed, and until then the client may use what it refers to. So does a client that drops a virtual host by its own name and keeps another name which that response answers with it.',
    sources: ['P'],
  },
}
