import { encode } from 'uqr'

const QUIET = 4

/** A QR code as one SVG path. `label` says what it is to whoever cannot see it. */
export const QrCode = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <figure class="qr">
      <svg viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges" aria-hidden="true">
        <path d={path} fill="currentColor" />
      </svg>
      <figcaption class="hidden">{label}</figcaption>
    </figure>
  )
}
