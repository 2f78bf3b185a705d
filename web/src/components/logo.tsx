/** A cat that looks over its laptop: two ears, a head, a lid with a leaf of catnip on it. */
export const Logo = ({ size = 32 }: { readonly size?: number }) => (
  <svg class="cat" width={size} height={size} viewBox="0 0 64 64" fill="currentColor" aria-hidden="true">
    <path d="M13.900 7.400l10.600 7.800a27 27 0 0115 0l10.600-7.800c1.100-.8 2.600-.2 2.800 1.200L55 23.500c.7 2.800 1 5.600 1 8.500H8c0-2.900.3-5.700 1-8.500L11.100 8.600c.2-1.400 1.700-2 2.800-1.200z" />
    <path
      fill="var(--ground)"
      d="M22.500 19.500a3.600 3.600 0 110 7.200 3.600 3.600 0 010-7.200zM41.500 19.500a3.600 3.600 0 110 7.200 3.600 3.600 0 010-7.200zM29.500 25.500h5L32 28.500z"
    />
    <path d="M9.500 36.500a4 4 0 014-4h37a4 4 0 014 4V54h-45z" stroke="var(--ground)" stroke-width="3" />
    <path d="M3 54h58v1.500a5 5 0 01-5 5H8a5 5 0 01-5-5z" />
    <path
      fill="var(--ground)"
      d="M32 50.500c-5.500-2-8.200-6-7-11.200 3.200.3 5.700 1.600 7 4 1.300-2.400 3.800-3.700 7-4 1.200 5.200-1.500 9.200-7 11.200z"
    />
  </svg>
)
