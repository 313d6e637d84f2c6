// Loaded into the program before it starts: should the launcher be killed outright, the program cleans up and ends.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// The channel to the launcher must not keep the program alive.
process.channel?.unref()
