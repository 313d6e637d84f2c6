// What the bootstraps of Envoys and the resources that we serve them both name.

/** The static cluster of each bootstrap that leads to the control plane. Resources may refer to it, although no snapshot has it. */
export const XDS_CLUSTER = 'xds_cluster'

/** The static cluster of a bootstrap with a locality: the Envoys of its fleet, whose localities the control plane serves. */
export const LOCAL_CLUSTER = 'switchyard_local_cluster'
