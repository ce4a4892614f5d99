// Where a visitor drops or chooses a ratings file. A stand-in.

// `onLog` is called with { log, titles, itemIds, userIds, name, notes }.
export function createFileInput(_box, _onLog) {}
