import { LineIcon } from '../components/icon.tsx'

/** Line icons for what messages carry, which come with it. */
const PATHS = {
  file: 'M7 3.500h7l4 4v13H7zM14 3.500v4h4',
  photo: 'M4 5.500h16v13H4zM8.500 9a1.500 1.500 0 100 3 1.500 1.500 0 000-3zM4 17l5-4 3.500 2.500L16 12l4 4',
  save: 'M12 4v10.500M7.500 10.500L12 15l4.500-4.500M5 19.500h14',
  microphone:
    'M12 4a2.500 2.500 0 00-2.500 2.500v5a2.500 2.500 0 005 0v-5A2.500 2.500 0 0012 4zM6.500 11a5.500 5.500 0 0011 0M12 16.500v3.500',
  play: 'M8 5.500l10 6.500-10 6.500z',
  pause: 'M9 6v12M15 6v12',
  finish: 'M7 7h10v10H7z',
} as const

export type FileIconName = keyof typeof PATHS

export const FileIcon = ({ name, size }: { readonly name: FileIconName; readonly size: number }) => (
  <LineIcon path={PATHS[name]} size={size} />
)
