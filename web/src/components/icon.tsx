/** Line icons, drawn for this project on a grid of 24. They carry no meaning of their own: a text always stands beside them. */
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  send: 'M4 12L20 5l-4.5 14.5-4-6zM11.500 13.500L20 5',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5',
  ticks: 'M1.500 12.500l4.500 4.500L15.500 7.500M11 15.500l1.500 1.500L22 7.500',
  tick: 'M5 12.500l4.500 4.500L19 7.500',
  clock: 'M12 4a8 8 0 100 16 8 8 0 000-16zM12 8v4l2.500 2',
  timer: 'M12 6.500a7 7 0 100 14 7 7 0 000-14zM12 10v3.500M9.500 3.500h5M12 3.500v3M18.500 7l1-1',
  warning: 'M12 4L2.500 20h19zM12 10v4.500M12 17.200v.1',
  close: 'M6 6l12 12M18 6L6 18',
  eye: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 9.200a2.800 2.800 0 100 5.600 2.800 2.800 0 000-5.600z',
  eyeOff:
    'M4 4l16 16M9.500 5.800A9 9 0 0112 5.500c6 0 9.500 6.500 9.500 6.500a16 16 0 01-2.800 3.500M6 7.600A16 16 0 002.500 12S6 18.500 12 18.500a9 9 0 003.500-.7M10 10a2.800 2.800 0 004 4',
  shield: 'M12 3.500l7 2.500v5.500c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9V6zM8.800 12l2.200 2.200 4.200-4.400',
  lock: 'M6.500 11h11v8.500h-11zM8.500 11V8a3.500 3.500 0 017 0v3',
  down: 'M6 10l6 6 6-6',
  copy: 'M9 9h10.500v10.500H9zM6 15H4.500V4.500H15V6',
  reply: 'M10 6.500L4.500 12l5.500 5.500M4.500 12H14a5.500 5.500 0 015.500 5.500V18',
  smile: 'M12 4a8 8 0 100 16 8 8 0 000-16zM9 10v.100M15 10v.100M8.500 14a4.200 4.200 0 007 0',
  bin: 'M5 7h14M9.500 7V4.500h5V7M7 7l.800 12.500h8.400L17 7M10.500 10.500v5.500M13.500 10.500v5.500',
  search: 'M10.500 4a6.500 6.500 0 100 13 6.500 6.500 0 000-13zM15.300 15.300L20 20',
  people:
    'M9 5.500a3.500 3.500 0 100 7 3.500 3.500 0 000-7zM2.500 19.500c.5-3.500 3-5.500 6.500-5.500s6 2 6.500 5.500M16 6a3 3 0 010 6M18 14.500c2 .7 3.200 2.400 3.500 5',
  clip: 'M19 11.500l-7.500 7.500a4.700 4.700 0 01-6.700-6.700l8-8a3.200 3.200 0 014.500 4.500l-7.800 7.800a1.600 1.600 0 01-2.300-2.300l7-7',
  more: 'M12 5.500v.1M12 12v.1M12 18.500v.1',
  muted: 'M4 4l16 16M9 5.400A5 5 0 0117 9.500v3M7.200 7.800A5 5 0 007 9.500V14l-2 3h12M10.500 20h3',
  pen: 'M5 19l1-4L16.500 4.500l3 3L9 18z',
} as const

export type IconName = keyof typeof PATHS

/** Those that point along the line. */
const DIRECTED: readonly IconName[] = ['back', 'send', 'reply']

export const Icon = ({ name, size = 24 }: { readonly name: IconName; readonly size?: number }) => (
  <LineIcon path={PATHS[name]} size={size} directed={DIRECTED.includes(name)} />
)

interface LineIconProps {
  /** Of an SVG path. */
  readonly path: string
  readonly size: number
  /** It points along the line. */
  readonly directed?: boolean
}

export const LineIcon = ({ path, size, directed = false }: LineIconProps) => (
  <svg
    class={directed ? 'directed' : undefined}
    width={size}
    height={size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.9"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d={path} />
  </svg>
)
