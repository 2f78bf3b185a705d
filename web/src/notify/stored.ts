/** Where this browser's choice lies; absent: it notifies of nothing, and loads nothing for it. */
export const STORED = 'chatnip notifications'
