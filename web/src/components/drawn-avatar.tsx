import type { Likeness } from '../format/likeness.ts'
import { likenessOf } from '../format/likeness.ts'

const EARS: Record<Likeness['ears'], string> = {
  pointed: 'M13 30L15 10l12 9zM51 30L49 10l-12 9z',
  round: 'M12 28c-3-10 2-17 8-15 4 1 7 5 8 9zM52 28c3-10-2-17-8-15-4 1-7 5-8 9z',
  folded: 'M13 30c0-9 3-14 7-15l9 6-8 5zM51 30c0-9-3-14-7-15l-9 6 8 5z',
}
const HEAD = 'M32 18c12 0 20 7.500 20 18S44 54 32 54 12 46.500 12 36s8-18 20-18z'

const COATS: Record<Likeness['coat'], string> = {
  plain: '',
  stripes:
    'M30.500 18.500h3L32 28zM24 19.800l2.500-.8.5 7.500zM40 19.800l-2.500-.8-.5 7.500zM12.500 38l7-1.500-6.500 5zM51.500 38l-7-1.500 6.500 5z',
  patch: 'M32 18c12 0 20 7.500 20 18 0 3-.7 5.700-2 8-8 0-15-5-17-14z',
  mask: 'M12 36c0-10.500 8-18 20-18s20 7.500 20 18c-6 0-11-5-20-5s-14 5-20 5z',
  spots:
    'M22 24a3 3 0 106 0 3 3 0 10-6 0zM38 22.500a2.500 2.500 0 105 0 2.500 2.500 0 10-5 0zM44 44a3 3 0 106-2 3 3 0 10-6 2zM16 43.500a2.200 2.200 0 104.400 0 2.200 2.200 0 10-4.400 0z',
}

const EYES: Record<Likeness['eyes'], string> = {
  round: 'M23.500 34.500v2M40.500 34.500v2',
  sleepy: 'M20 35q3.500 3 7 0M37 35q3.500 3 7 0',
  slanted: 'M20 36.500q3.500-3.500 7 0M37 36.500q3.500-3.500 7 0',
  wink: 'M23.500 34.500v2M37 36q3.500-2.500 7 0',
}

/** The picture of whoever has set none: a cat of its own, drawn from the name. */
export const DrawnAvatar = ({ name }: { readonly name: string }) => {
  const { tint, ears, coat, eyes } = likenessOf(name)
  return (
    <svg class={`tint-${tint}`} viewBox="0 0 64 64" width="100%" height="100%" aria-hidden="true">
      <rect class="cat-ground" width="64" height="64" />
      <path class="cat-face" d={EARS[ears]} />
      <path class="cat-face" d={HEAD} />
      <path class="cat-mark" d={COATS[coat]} />
      <path class="cat-line eyes" d={EYES[eyes]} />
      <path class="cat-ink" d="M29.500 41h5L32 44z" />
      <path class="cat-line" d="M32 44v1.500q-3 3-5.500.5M32 45.500q3 3 5.500.5" />
    </svg>
  )
}
