// Loaded into the program before it starts: if the launcher is killed by SIGKILL, the program cleans up and exits.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// The channel to the launcher must not keep the program alive.
process.channel?.unref()
